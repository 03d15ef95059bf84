import type { Limits } from '#platform/config';
import { CommandEnded, exitCodes } from '../exit-codes.js';

/** How long the command line waits, as the table of limits says. */
export type Patience = Limits['cli'];

/** `fetch`, of which no part is waited for without end. @throws also while the body is read, CommandEnded (5), where it stops. */
export async function patiently(
  url: URL,
  request: RequestInit,
  { answerMs, silentMs }: Pick<Patience, 'answerMs' | 'silentMs'>,
): Promise<Response> {
  const late = new AbortController();
  const gaveUp = (): void => {
    late.abort(new CommandEnded(exitCodes.unreachable, `${url.origin}: no answer in time 未及时应答`));
  };
  let timer = setTimeout(gaveUp, answerMs);
  try {
    const response = await fetch(url, { ...request, signal: late.signal });
    clearTimeout(timer);
    if (response.body === null) return response;
    const { body, status, statusText, headers } = response;
    timer = setTimeout(gaveUp, silentMs);
    timer.unref();
    return new Response(ReadableStream.from(heard(body, timer, url)), { status, statusText, headers });
  } catch (fault) {
    clearTimeout(timer);
    throw fault;
  }
}

async function* heard(body: ReadableStream<Uint8Array<ArrayBuffer>>, timer: NodeJS.Timeout, { origin }: URL): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of body) {
      timer.refresh();
      yield part;
    }
  } catch (fault) {
    throw fault instanceof CommandEnded ? fault : new CommandEnded(exitCodes.unreachable, `${origin}: the answer broke off 应答中断`);
  } finally {
    clearTimeout(timer);
  }
}
