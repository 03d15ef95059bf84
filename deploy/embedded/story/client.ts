import { newId } from '#kernel';
import type { Problem } from '#platform/http';
import { signIn } from '../issuer/sign-in.js';
import type { Installation } from '../profile/embedded.js';
import { UnexpectedAnswer } from './waits.js';

/** Between two sendings of a request that nobody answered. */
const againMs = 300;

/** One person of the story, signed in at the issuer and calling the API over HTTP as anyone would. */
export class Caller {
  private token: string | undefined;
  constructor(
    private readonly installation: Installation,
    readonly subject: string,
    /** For how long the same request is sent again where nobody answers, or with 503. */
    private readonly patienceMs = 0,
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
    return this.refusal(method, path, body, (problem) => problem.code === code, `a refusal with ${code}`);
  }

  /** Does what must be refused, whatever the code. */
  async refusedAny(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Problem> {
    return this.refusal(method, path, body, (_, status) => status < 500, 'a refusal');
  }

  private async refusal(
    method: string,
    path: string,
    body: unknown,
    fits: (problem: Partial<Problem>, status: number) => boolean,
    expected: string,
  ): Promise<Problem> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    const problem = (text.startsWith('{') ? JSON.parse(text) : {}) as Partial<Problem>;
    if (response.ok || !fits(problem, response.status))
      throw new UnexpectedAnswer(`${method} ${path} as ${this.subject}: expected ${expected}; answered ${answered(response.status, text)}`);
    return problem as Problem;
  }

  /** Sends a request, and sends it again under the same key while nobody can answer it, for as long as this person's patience. */
  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const key = method === 'POST' ? { 'idempotency-key': newId() } : {};
    const until = Date.now() + this.patienceMs;
    for (;;) {
      const patient = Date.now() < until;
      try {
        const response = await this.sendOnce(method, path, body, { ...key, ...headers });
        if (response.status !== 503 || !patient) return response;
        await response.body?.cancel();
      } catch (fault) {
        if (!(fault instanceof UnexpectedAnswer) || !patient) throw fault;
      }
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }

  private async sendOnce(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
    const raw = body instanceof Uint8Array || body instanceof ReadableStream;
    const asked = fetch(`${this.installation.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.bearer()}`,
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : raw
          ? { body: body as Uint8Array<ArrayBuffer>, duplex: 'half' as const }
          : { body: JSON.stringify(body) }),
    });
    return asked.catch((fault: unknown) => {
      const { code = 'no answer' } = ((fault as { cause?: unknown }).cause ?? {}) as { code?: string };
      throw new UnexpectedAnswer(`${method} ${path} as ${this.subject}: expected an answer; the connection failed (${code})`);
    });
  }

  async bearer(): Promise<string> {
    this.token ??= await signIn(this.installation.issuer, this.subject, await this.installation.passcode(this.subject));
    return this.token;
  }

  private async expect<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok)
      throw new UnexpectedAnswer(`${method} ${path} as ${this.subject}: expected success; answered ${answered(response.status, text)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

/** What was answered, in one line: the status, the code, and the rule in words. */
function answered(status: number, text: string): string {
  const problem = (text.startsWith('{') ? JSON.parse(text) : {}) as Partial<Problem>;
  return [String(status), problem.code, problem.rule === undefined ? undefined : `(${problem.rule.en})`].filter(Boolean).join(' ');
}
