import { Agent, fetch } from 'undici';

/** As node-vault hands a request over. */
interface VaultRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/**
 * How node-vault sends, through its hook for that. Its own way notices only a connection that is silent: an answer that trickles, or a
 * half of one followed now and then by a byte, would be waited for without end. Here a request ends by a clock, whatever came.
 */
export class VaultRequests {
  private readonly dispatcher: Agent;

  constructor(
    private readonly requestMs: number,
    ca: Buffer | undefined,
  ) {
    this.dispatcher = new Agent({ connect: { timeout: requestMs, ...(ca === undefined ? {} : { ca }) } });
  }

  /** node-vault asks for its defaults once; all that they say is already so. */
  readonly defaults = () => async (request: VaultRequest) => {
    const { method, uri, headers, json } = request;
    const body = typeof json === 'object' && json !== null ? { body: JSON.stringify(json) } : {};
    const response = await fetch(uri, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...body,
      dispatcher: this.dispatcher,
      signal: AbortSignal.timeout(this.requestMs),
    });
    return { statusCode: response.status, body: parsed(await response.text()), request: { path: new URL(uri).pathname } };
  };

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
