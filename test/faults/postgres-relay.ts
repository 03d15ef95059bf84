import { connect, type Socket } from 'node:net';
import { shapeOfStatement } from './call.js';
import type { Watched } from './faults.js';
import { listen, type Listener } from './listener.js';

/* PostgreSQL's frontend/backend protocol 3.0: a type byte and a length, except for what opens a connection (a length alone). */
const query = 'Q'.charCodeAt(0);
const parse = 'P'.charCodeAt(0);
const bind = 'B'.charCodeAt(0);
const sync = 'S'.charCodeAt(0);
const ready = 'Z'.charCodeAt(0);
const idle = 'I'.charCodeAt(0);
const secret = new Set(['p'.charCodeAt(0), 'X'.charCodeAt(0)]);
const writes = /^(?:INSERT|UPDATE|DELETE|WITH|SELECT pg_notify|TRUNCATE)/i;
const ends = /^(?:COMMIT|END)\b/i;

/** Cuts a stream into messages; the first one of a client has no type byte. */
class Messages {
  private held: Buffer = Buffer.alloc(0);
  constructor(private opened: boolean) {}

  *of(bytes: Buffer): Generator<{ readonly type: number; readonly whole: Buffer }> {
    this.held = this.held.length === 0 ? bytes : Buffer.concat([this.held, bytes]);
    for (;;) {
      const head = this.opened ? 1 : 0;
      if (this.held.length < head + 4) return;
      const length = head + this.held.readUInt32BE(head);
      if (this.held.length < length) return;
      const whole = this.held.subarray(0, length);
      this.held = this.held.subarray(length);
      const type = this.opened ? (whole[0] ?? 0) : 0;
      this.opened = true;
      yield { type, whole };
    }
  }
}

const textAt = (bytes: Buffer, from: number): string => bytes.toString('utf8', from, bytes.indexOf(0, from));

/** One connection of one process: whole calls go on, each after its fate was asked for. */
class Connection {
  private readonly asked = new Messages(false);
  private readonly answered = new Messages(true);
  private readonly named = new Map<string, string>();
  private unit: Buffer[] = [];
  private statement = '';
  private lastWrite = '';
  /** The answer that is on its way is not passed on; what is done when it is whole. */
  private whenWhole: (() => void) | undefined;
  private mute = false;
  /** As the server said when it was last ready (`ReadyForQuery`). */
  private open = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly watched: Watched,
  ) {
    for (const socket of [client, server]) socket.on('close', () => this.cut());
    client.on('data', (bytes) => {
      for (const { type, whole } of this.asked.of(bytes)) this.take(type, whole);
    });
    server.on('data', (bytes) => {
      if (this.whenWhole === undefined && !this.mute) this.client.write(bytes);
      for (const { type, whole } of this.answered.of(bytes))
        if (type === ready) {
          this.open = whole[5] !== idle;
          this.whole();
        }
    });
  }

  private whole(): void {
    const act = this.whenWhole;
    this.whenWhole = undefined;
    act?.();
  }

  private take(type: number, message: Buffer): void {
    if (this.mute) return;
    if (type === 0) {
      this.go('connect', [message]);
      return;
    }
    if (secret.has(type)) {
      this.server.write(message);
      return;
    }
    this.unit.push(message);
    if (type === query) this.statement = textAt(message, 5);
    if (type === parse) {
      const name = textAt(message, 5);
      this.statement = textAt(message, 6 + Buffer.byteLength(name));
      if (name !== '') this.named.set(name, this.statement);
    }
    if (type === bind) {
      const portal = textAt(message, 5);
      this.statement = this.named.get(textAt(message, 6 + Buffer.byteLength(portal))) ?? this.statement;
    }
    if (type !== query && type !== sync) return;
    const unit = this.unit;
    this.unit = [];
    this.go(this.shape(), unit);
  }

  /** A commit is known by what it makes last. */
  private shape(): string {
    const shape = shapeOfStatement(this.statement);
    if (writes.test(shape)) this.lastWrite = shape;
    if (/^(?:BEGIN|START TRANSACTION)/i.test(shape)) this.lastWrite = '';
    return ends.test(shape) ? `COMMIT of ${this.lastWrite === '' ? 'nothing' : this.lastWrite}` : shape;
  }

  private go(shape: string, unit: readonly Buffer[]): void {
    const undone = this.open && !shape.startsWith('COMMIT') ? (writes.test(shape) ? 'write' : 'read') : undefined;
    const fault = this.watched.struck('database', shape, undone);
    if (fault === 'before') {
      this.cut();
      return;
    }
    if (fault === 'hang') {
      this.mute = true;
      return;
    }
    if (fault !== undefined)
      this.whenWhole = () => {
        if (fault === 'death') this.watched.kill();
        this.cut();
      };
    this.server.write(Buffer.concat(unit));
  }

  private cut(): void {
    this.client.destroy();
    this.server.destroy();
  }
}

/** A relay between one process and PostgreSQL. */
export function relayPostgres(port: number, watched: Watched): Promise<Listener> {
  return listen((client, own) => {
    const server = connect(port, '127.0.0.1');
    own(server);
    new Connection(client, server, watched);
    client.resume();
  });
}
