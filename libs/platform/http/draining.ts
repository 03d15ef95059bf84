import { Injectable } from '@nestjs/common';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** How long what is sent down may go on once the process is told to end: what is short is done by then, the rest goes on elsewhere. */
export const downloadsGoOnMs = 5_000;
/** How long requests under way are waited for before their connections are cut. */
export const answersWithinMs = 10_000;
/** How long what they began is waited for after that, e.g. that bytes that came are stored. Together less than the 30 s of a pod. */
const storedWithinMs = 10_000;
/** How long what a sender still sends is read and thrown away. */
const lingerMs = 2_000;

/** The end of this process, as far as requests under way need to know of it. */
@Injectable()
export class Draining {
  private begun = false;
  private readonly told = new Set<() => void>();
  private readonly underWay = new Set<Promise<undefined>>();

  begin(): void {
    if (this.begun) return;
    this.begun = true;
    for (const tell of [...this.told]) tell();
  }

  /** @param tell called once when the process is told to end, at once where it was. @returns what takes it back */
  onBegin(tell: () => void): () => void {
    if (this.begun) tell();
    else this.told.add(tell);
    return () => this.told.delete(tell);
  }

  /** What the process does not end without, whether or not its caller is still there. @returns what says that it is over */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.underWay.add(promise);
    return () => {
      this.underWay.delete(promise);
      resolve(undefined);
    };
  }

  /** Resolves when nothing is under way any more, or after ten seconds. */
  async settled(): Promise<void> {
    const late = new AbortController();
    await Promise.race([Promise.all(this.underWay), pause(storedWithinMs, undefined, { signal: late.signal })]);
    late.abort();
  }
}

/**
 * Lets the last answer on a connection arrive although its caller is still sending: what comes is read and thrown away for a moment. A
 * reset would overtake the answer (RFC 9112 §9.6), and Node ends the connection of an answer that says `Connection: close` by this call.
 */
export function closeGently(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    const late = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(late));
  };
}
