import { type Standing } from '#kernel';
import type { AccessTruth, Watch } from '#platform/database';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform, type Readable, type TransformCallback } from 'node:stream';

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

/** What is sent down. At the end of its access the connection is reset, so that what waits in its buffers is not delivered either. */
export function guardedDown(truth: AccessTruth, standing: Standing, source: Readable, reply: ServerResponse): Readable {
  const gate = gateOf(truth, standing, (cut, why) => {
    cut.destroy(why);
    if (reply.headersSent) reply.socket?.resetAndDestroy();
  });
  // Whoever looks on (span, network log, framework) waits for its end as well.
  reply.setMaxListeners(20);
  source.once('error', (fault) => gate.destroy(fault));
  gate.once('close', () => source.destroy());
  return source.pipe(gate);
}

/**
 * What is sent up. A connection that breaks ends the body where it broke, since each part that arrived counts; one whose access ends is
 * refused, and nothing more of it is taken.
 */
export function guardedUp(truth: AccessTruth, standing: Standing, source: IncomingMessage): Readable {
  const gate = gateOf(truth, standing, (cut, why) => {
    source.unpipe(cut);
    cut.destroy(why);
  });
  source.once('close', () => {
    if (!source.complete && !gate.destroyed) gate.end();
  });
  source.once('error', () => undefined);
  return source.pipe(gate);
}
