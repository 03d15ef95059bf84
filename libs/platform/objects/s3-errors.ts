import { S3ServiceException } from '@aws-sdk/client-s3';
import { Refusal } from '#kernel';
import { refuse } from './refusals.js';

const missing = new Set(['NoSuchKey', 'NoSuchVersion', 'NoSuchUpload', 'NotFound', 'NoSuchObjectLockConfiguration']);

/** The SDK passes on what Node says of a connection, in the code or only in the text. */
const connection = /ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ERR_SSL|CERT_|socket hang up|aborted/;

/** Answers of the store become refusals; what went wrong in our own stream (a refusal of the source, a bug) passes as it is. */
export async function refusingS3<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw refusalOf(error);
  }
}

/** `undefined` where there is nothing by that name, version or upload. */
export async function nothingIfMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw refusalOf(error);
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (missing.has(error.name) || error.$metadata.httpStatusCode === 404) &&
  error.name !== 'NoSuchBucket';

function refusalOf(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 500;
    if (error.name === 'NoSuchBucket') return refuse('objects.misconfigured', { what: 'bucket' });
    if (status === 401 || status === 403) return refuse('objects.forbidden', { answer: error.name });
    return refuse('objects.unreachable', { answer: error.name });
  }
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || name === 'AbortError') return refuse('objects.unreachable', { answer: 'no answer in time' });
  return connection.test(`${code ?? ''} ${message}`) ? refuse('objects.unreachable', { answer: code ?? 'connection' }) : error;
}
