import { type Standing } from '#kernel';
import type { AccessTruth, Watch } from '#platform/database';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { closeGently, downloadsGoOnMs, type Draining } from './draining.js';

/** Largest piece that passes on one look at the truth. */
export const pieceBytes = 64 * 1024;

/** Lets bytes through while what lets them in stands: each piece after a look, none after the end, whichever side is slow. */
class Gate extends Transform {
  constructor(private readonly watch: Watch) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    void this.pass(chunk).then(
      () => {
        done();
      },
      (why: unknown) => {
        done(why as Error);
      },
    );
  }

  private async pass(chunk: Buffer): Promise<void> {
    for (let from = 0; from < chunk.length; from += pieceBytes) {
      await this.watch.assert();
      this.push(chunk.subarray(from, from + pieceBytes));
    }
  }
}

function gateOf(truth: AccessTruth, standing: Standing, cutOff: (gate: Gate, why: Error) => void): Gate {
  const watch = truth.watch(standing, (why) => {
    cutOff(gate, why);
  });
  const gate = new Gate(watch);
  gate.once('close', () => {
    watch.close();
  });
  return gate;
}

/**
 * What is sent down. At the end of its access the connection is reset, so that what waits in its buffers is not delivered either. At the
 * end of the process what was let through is delivered, and the connection ends before the answer does: nobody takes a part for the whole,
 * and whoever asks goes on from there by `Range`.
 */
export function guardedDown(truth: AccessTruth, standing: Standing, source: Readable, reply: ServerResponse, draining: Draining): Readable {
  const gate = gateOf(truth, standing, (cut, why) => {
    cut.destroy(why);
    if (reply.headersSent) reply.socket?.resetAndDestroy();
  });
  // Whoever looks on (span, network log, framework) waits for its end as well.
  reply.setMaxListeners(20);
  source.once('error', (fault) => gate.destroy(fault));
  gate.once('close', () => source.destroy());
  const cutShort = (): void => {
    if (gate.destroyed || gate.writableEnded || !reply.headersSent) return;
    source.unpipe(gate);
    gate.unpipe(reply);
    gate.once('end', () => reply.socket?.destroySoon());
    gate.pipe(reply, { end: false });
    gate.end();
  };
  let late: NodeJS.Timeout | undefined;
  const unheard = draining.onBegin(() => (late = setTimeout(cutShort, downloadsGoOnMs)));
  const over = draining.hold();
  gate.once('close', () => {
    unheard();
    clearTimeout(late);
  });
  // Its reader has then also written down how far it came, which is from where it may go on.
  source.once('close', over);
  return source.pipe(gate);
}

/** What is sent up, as it is let through, and whether the end of the process cut it short. */
export interface TakenIn {
  readonly body: Readable;
  readonly cutShort: () => boolean;
}

/**
 * What is sent up. A connection that breaks ends the body where it broke, since each part that arrived counts, and so does the end of the
 * process; one whose access ends is refused, and nothing more of it is taken.
 */
export function guardedUp(truth: AccessTruth, standing: Standing, source: IncomingMessage, draining: Draining): TakenIn {
  const gate = gateOf(truth, standing, (cut, why) => {
    source.unpipe(cut);
    cut.destroy(why);
  });
  source.once('close', () => {
    if (!source.complete && !gate.destroyed) gate.end();
  });
  source.once('error', () => undefined);
  source.pipe(gate);
  let short = false;
  const unheard = draining.onBegin(() => {
    if (source.complete || gate.destroyed || gate.writableEnded) return;
    short = true;
    closeGently(source.socket);
    source.unpipe(gate);
    source.resume();
    gate.end();
  });
  gate.once('close', unheard);
  return { body: gate, cutShort: () => short };
}
