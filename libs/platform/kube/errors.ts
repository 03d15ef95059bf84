/** One cause that the API server names (`details.causes` of a Status). */
export interface KubeCause {
  readonly field?: string;
  readonly message: string;
  readonly reason?: string;
}

/**
 * The API server's refusal (a `Status`, meta/v1). `reason` is its machine-readable word (`Forbidden`, `Conflict`, `AlreadyExists`,
 * `NotFound`, `Invalid`, …), `message` its sentence.
 */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly causes: readonly KubeCause[] = [],
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads a Status; an answer that is none (a proxy's page, plain text) becomes an error with the HTTP status alone. */
export function kubeErrorOf(status: number, body: unknown, retryAfter?: string): KubeError {
  const found = isRecord(body) && body['kind'] === 'Status' ? body : {};
  const details = isRecord(found['details']) ? found['details'] : {};
  const causes = (Array.isArray(details['causes']) ? details['causes'] : []).filter(isRecord).map((cause) => {
    const field = text(cause['field']);
    const reason = text(cause['reason']);
    return { message: text(cause['message']) ?? '', ...(field ? { field } : {}), ...(reason ? { reason } : {}) };
  });
  const seconds = Number(retryAfter ?? details['retryAfterSeconds']);
  return new KubeError(
    status,
    text(found['reason']) ?? 'Unknown',
    text(found['message']) ?? `the API server answered ${String(status)}`,
    causes,
    Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  );
}

export const isKubeError = (error: unknown, ...reasons: readonly string[]): error is KubeError =>
  error instanceof KubeError && (reasons.length === 0 || reasons.includes(error.reason));
