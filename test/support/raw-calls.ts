import { connect } from 'node:net';

/** What a caller writes: pieces after one another, each as soon as the piece before it was answered or, where none is due, sent. */
export interface RawCall {
  readonly kind: string;
  readonly pieces: readonly { readonly text: string; readonly answered: boolean }[];
  /** The caller says at once that it sends no more, instead of after the last answer. */
  readonly halfClosed?: boolean;
}

/** What the caller's own socket counted. */
export interface Called {
  readonly kind: string;
  readonly port: number;
  readonly sent: number;
  readonly received: number;
  readonly text: string;
  readonly openedAt: string;
  readonly closedAt: string;
}

/** @returns undefined where nobody listens. */
export function callRaw({ kind, pieces, halfClosed = false }: RawCall, at: URL): Promise<Called | undefined> {
  return new Promise((resolve) => {
    const openedAt = new Date().toISOString();
    const socket = connect({ host: at.hostname, port: Number(at.port), allowHalfOpen: true });
    let [port, sent, next] = [0, 0, 0];
    const parts: Buffer[] = [];
    const send = (): void => {
      const piece = pieces[next];
      next += 1;
      if (piece === undefined) {
        socket.end();
        return;
      }
      sent += Buffer.byteLength(piece.text);
      socket.write(piece.text, () => {
        if (!piece.answered || (halfClosed && next === pieces.length)) setImmediate(send);
      });
    };
    socket.on('connect', () => {
      port = socket.localPort ?? 0;
      send();
    });
    socket.on('data', (part) => {
      parts.push(part);
      if (pieces[next - 1]?.answered === true && !halfClosed) send();
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const received = Buffer.concat(parts);
      const called = { kind, port, sent, received: received.length, text: received.toString('latin1') };
      resolve(port === 0 ? undefined : { ...called, openedAt, closedAt: new Date().toISOString() });
    });
  });
}

const head = 'Host: opdomain.test\r\n';
const piece = (text: string, answered = true) => ({ text, answered });
const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\n${head}${more}\r\n`;

/** Every way to come to an HTTP/1 port that we know of, each with a secret that no log may hold. */
export const rawCalls = (secret: string): readonly RawCall[] => [
  { kind: 'one request', pieces: [piece(get(`/healthz?q=${secret}`))] },
  { kind: 'kept alive', pieces: [piece(get('/healthz')), piece(get('/api/v1/people/self')), piece(get('/healthz'))] },
  { kind: 'pipelined', pieces: [piece(get('/healthz') + get(`/nothing/${secret}`) + get('/healthz'), false)], halfClosed: true },
  {
    kind: 'head and body together',
    pieces: [piece(`POST /api/v1/organisations HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`)],
  },
  { kind: 'slow', pieces: Array.from(get('/healthz')).map((letter, at, all) => piece(letter, at === all.length - 1)) },
  { kind: 'malformed', pieces: [piece(`${secret}\r\n\r\n`)] },
  { kind: 'no host', pieces: [piece(`GET /healthz?q=${secret} HTTP/1.1\r\n\r\n`)] },
  { kind: 'unknown expectation', pieces: [piece(get('/healthz', `Expect: ${secret}\r\n`))] },
  { kind: 'oversized head', pieces: [piece(get('/healthz', `X-Much: ${secret}${'x'.repeat(70_000)}\r\n`))] },
  { kind: 'CONNECT', pieces: [piece(`CONNECT ${secret}:443 HTTP/1.1\r\n${head}\r\n`)] },
  { kind: 'upgrade', pieces: [piece(get('/healthz', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'))] },
  { kind: 'HTTP/2 preface', pieces: [piece('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')] },
  { kind: 'half a request', pieces: [piece(`GET /${secret}`, false)], halfClosed: true },
  { kind: 'half-closed', pieces: [piece(get('/healthz'))], halfClosed: true },
  { kind: 'no byte', pieces: [] },
];
