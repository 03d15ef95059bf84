import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import { patiently, type Patience } from './patience.js';
import type { ActRequest } from './act-request.js';

const texts = z.object({ 'zh-CN': z.string(), en: z.string() });
const problem = z.object({
  status: z.number(),
  code: z.string(),
  rule: texts,
  satisfy: texts,
  details: z.record(z.string(), z.unknown()).default({}),
});

export interface CallOptions {
  readonly idempotencyKey?: string | undefined;
  readonly ifMatch?: string | undefined;
}

/** Calls the API of one server as whoever the token says. */
export class ApiClient {
  constructor(
    private readonly server: string,
    private readonly token: () => Promise<string | undefined>,
    private readonly terminal: Terminal,
    private readonly patience: Patience,
  ) {}

  /**
   * @returns the answer of a successful act
   * @throws CommandEnded 3 refused, 4 not signed in, 5 unreachable; a refusal's rule and what would satisfy it go to standard error.
   */
  call({ method, path, body }: ActRequest, options: CallOptions = {}): Promise<Response> {
    const headers = {
      ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
      ...(options.ifMatch === undefined ? {} : { 'if-match': `"v${options.ifMatch.replaceAll(/[^\d]/g, '')}"` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return this.send(method, path, headers, body === undefined ? undefined : JSON.stringify(body));
  }

  /** The same for bytes and for headers of other protocols (tus). */
  async send(
    method: string,
    path: string,
    more: Readonly<Record<string, string>>,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    const token = await this.token();
    const key = more['idempotency-key'] ?? randomUUID();
    const headers = {
      accept: 'application/json, */*',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'POST' ? { 'idempotency-key': key } : {}),
      ...more,
    };
    let response: Response;
    try {
      const request = { method, headers, redirect: 'error' as const, ...(body === undefined ? {} : { body }) };
      response = await patiently(new URL(path, this.server), request, this.patience);
    } catch {
      const again =
        method === 'POST'
          ? `\n${pick(this.terminal, `是否已执行未知;用 --idempotency-key ${key} 重试不会重复执行`, `whether it was done is unknown; a repeat with --idempotency-key ${key} does it once at most`)}`
          : '';
      throw new CommandEnded(
        exitCodes.unreachable,
        pick(this.terminal, `无法连接 ${this.server}`, `${this.server} cannot be reached`) + again,
      );
    }
    if (response.ok) return response;
    throw await this.refusal(response);
  }

  private async refusal(response: Response): Promise<CommandEnded> {
    const sent: unknown = await response.json().catch(() => undefined);
    const parsed = problem.safeParse(sent);
    const code = response.status === 401 ? exitCodes.notSignedIn : response.status >= 500 ? exitCodes.unreachable : exitCodes.refused;
    const after = Number(response.headers.get('retry-after') ?? NaN);
    const again = Number.isFinite(after) ? { afterSeconds: after } : {};
    if (!parsed.success) return new CommandEnded(code, `${this.server}: ${String(response.status)}`, again);
    const { rule, satisfy, details } = parsed.data;
    const language = this.terminal.language === 'zh' ? 'zh-CN' : 'en';
    const shown = Object.keys(details).length === 0 ? '' : `\n  ${JSON.stringify(details)}`;
    return new CommandEnded(code, `${parsed.data.code}: ${rule[language]}\n→ ${satisfy[language]}${shown}`, {
      ...again,
      code: parsed.data.code,
      problem: sent,
    });
  }
}
