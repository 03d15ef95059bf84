import { newId } from '#kernel';
import type { Problem } from '#platform/http';
import { signIn } from '../issuer/sign-in.js';
import type { Installation } from '../profile/embedded.js';

/** A refusal that the story did not expect. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

/** One person of the story, signed in at the issuer and calling the API over HTTP as anyone would. */
export class Caller {
  private token: string | undefined;
  constructor(
    private readonly installation: Installation,
    readonly subject: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.expect<T>('GET', path);
  }
  post<T>(path: string, body?: unknown): Promise<T> {
    return this.expect<T>('POST', path, body);
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.expect<T>('PUT', path, body);
  }

  /** Does what must be refused. @returns the problem. @throws UnexpectedAnswer when it was not refused, or with another code. */
  async refused(code: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Problem> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    const problem = (text.startsWith('{') ? JSON.parse(text) : {}) as Partial<Problem>;
    if (response.ok || problem.code !== code)
      throw new UnexpectedAnswer(
        `${method} ${path} should be refused with ${code}; it answered ${String(response.status)} ${problem.code ?? ''}`,
      );
    return problem as Problem;
  }

  /** Does what must be refused, whatever the code. */
  async refusedAny(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Problem> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (response.ok || response.status >= 500)
      throw new UnexpectedAnswer(`${method} ${path} should be refused; it answered ${String(response.status)}`);
    return JSON.parse(text) as Problem;
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const raw = body instanceof Uint8Array || body instanceof ReadableStream;
    return fetch(`${this.installation.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.bearer()}`,
        ...(method === 'POST' ? { 'idempotency-key': newId() } : {}),
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : raw
          ? { body: body as Uint8Array<ArrayBuffer>, duplex: 'half' as const }
          : { body: JSON.stringify(body) }),
    });
  }

  async bearer(): Promise<string> {
    this.token ??= await signIn(this.installation.issuer, this.subject, await this.installation.passcode(this.subject));
    return this.token;
  }

  private async expect<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) {
      const problem = (text.startsWith('{') ? JSON.parse(text) : {}) as Partial<Problem>;
      throw new UnexpectedAnswer(
        `${method} ${path} as ${this.subject}: ${String(response.status)} ${problem.code ?? ''} ${problem.title ?? ''} ${JSON.stringify(problem.details ?? {})}`,
      );
    }
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

/** Asks until the answer is there. @throws Error naming what was waited for. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what} after ${String(seconds)} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
