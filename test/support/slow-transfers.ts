import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface Ended {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** false: the connection ended before the answer did. */
  readonly whole: boolean;
}

/** A body on its way up, a piece at a time; undefined where the connection ended without an answer. */
export interface SlowUpload {
  readonly startedAt: number;
  /** Bytes that this side's system took. */
  sent(): number;
  readonly ended: Promise<Ended | undefined>;
}

const everyMs = 10;

/** Sends `bytes` from `offset` on, as tus 1.0 does, no faster than `pieceBytes` each ten milliseconds. */
export function slowUpload(url: URL, headers: Record<string, string>, bytes: Buffer, offset: number, pieceBytes: number): SlowUpload {
  let sent = 0;
  let over = false;
  const ended = new Promise<Ended | undefined>((resolve) => {
    const end = (answer?: Ended): void => {
      over = true;
      resolve(answer);
    };
    const patch = {
      ...{ ...headers, 'tus-resumable': '1.0.0', 'upload-offset': String(offset) },
      ...{ 'content-type': 'application/offset+octet-stream', 'content-length': String(bytes.length - offset) },
    };
    let begun = false;
    const sending = request(url, { method: 'PATCH', headers: patch, agent: false }, (answer) => {
      begun = over = true;
      void heard(answer, () => undefined).then(end);
    });
    // An answer that has begun counts; one that has not will not come.
    sending.on('close', () => begun || end());
    sending.on('error', () => undefined);
    const next = (at: number): void => {
      if (over) return;
      if (at >= bytes.length) {
        sending.end();
        return;
      }
      const piece = bytes.subarray(at, at + pieceBytes);
      sending.write(piece, (fault) => {
        if (fault != null) return;
        sent += piece.length;
        setTimeout(next, everyMs, at + piece.length);
      });
    };
    next(offset);
  });
  return { startedAt: Date.now(), sent: () => sent, ended };
}

/** An answer that is read as far as `holdAfter` bytes, and from `goOn` on no faster than `pieceBytes` each ten milliseconds. */
export interface SlowDownload {
  got(): number;
  goOn(pieceBytes: number): void;
  readonly ended: Promise<Ended>;
}

export function slowDownload(url: URL, headers: Record<string, string>, holdAfter = Infinity): SlowDownload {
  let got = 0;
  let allowed = holdAfter;
  let reading: IncomingMessage | undefined;
  const ended = new Promise<Ended>((resolve, reject) => {
    const asking = request(url, { headers, agent: false }, (answer) => {
      reading = answer;
      const hold = (length: number): void => {
        got += length;
        if (got >= allowed) answer.pause();
      };
      void heard(answer, hold).then(resolve);
    });
    asking.on('error', reject);
    asking.end();
  });
  return {
    got: () => got,
    goOn: (pieceBytes) => {
      allowed = got;
      const pace = setInterval(() => {
        allowed += pieceBytes;
        if (got < allowed) reading?.resume();
      }, everyMs);
      void ended.finally(() => clearInterval(pace));
    },
    ended,
  };
}

function heard(answer: IncomingMessage, piece: (length: number) => void): Promise<Ended> {
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    answer.on('data', (part: Buffer) => {
      parts.push(part);
      piece(part.length);
    });
    answer.on('error', () => undefined);
    answer.on('close', () => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts), whole: answer.complete });
    });
  });
}
