import type { Limits } from '#platform/config';
import { CommandEnded, exitCodes } from '../exit-codes.js';

/** How long the command line waits, as the table of limits says. */
export type Patience = Limits['cli'];

/** `fetch`, of which no part is waited for without end. @throws also while the body is read, CommandEnded (5), where it stops. */
export async function patiently(url: URL, request: RequestInit, { answerMs, silentMs }: Pick<Patience, 'answerMs' | 'silentMs'>): Promise<Response> {
  const late = new AbortController();
  const gaveUp = (): void => {
    late.abort(new CommandEnded(exitCodes.unreachable, `${url.origin}: no answer in time 未及时应答`));
  };
  let timer = setTimeout(gaveUp, answerMs);
  try {
    const response = await fetch(url, { ...request, signal: late.signal });
    clearTimeout(timer);
    if (response.body === null) return response;
    timer = setTimeout(gaveUp, silentMs);
    const heard = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(part, onward) {
        timer.refresh();
        onward.enqueue(part);
      },
      flush() {
        clearTimeout(timer);
      },
    });
    const body = response.body.pipeThrough(heard);
    timer.unref();
    return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
  } catch (fault) {
    clearTimeout(timer);
    throw fault;
  }
}
