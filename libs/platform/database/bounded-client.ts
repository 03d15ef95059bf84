import { defaultLimits, type Limits } from '#platform/config';
import pg from 'pg';
import { isOutdated, prepared } from './prepared-statements.js';

export type DatabaseLimits = Limits['database'];

/** A statement that was sent and not answered in time. Whether PostgreSQL did it is unknown, also after a COMMIT. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  constructor(ms: number) {
    super(`PostgreSQL did not answer within ${String(ms)} ms`);
  }
}

/**
 * A connection on which nothing waits for ever. The server's own limits (statement, lock, idle in transaction) are of no use where it is
 * gone without a word: then the wait ends here, and the connection with it, since a late answer would be taken for the next statement's.
 */
export class BoundedClient extends pg.Client {
  private readonly limits: DatabaseLimits;

  constructor(config: pg.ClientConfig & { readonly limits?: DatabaseLimits } = {}) {
    const limits = config.limits ?? defaultLimits.database;
    super({ ...config, connectionTimeoutMillis: limits.connectMs });
    this.limits = limits;
    const send = this.query.bind(this) as (...asked: unknown[]) => unknown;
    // Every form of asking, by promise and by callback, goes through here.
    this.query = ((...asked: unknown[]) => this.ask(send, asked)) as typeof this.query;
  }

  /** Says goodbye, but waits for nobody who does not hear it. */
  override end(): Promise<void>;
  override end(callback: (fault: Error) => void): void;
  override end(callback?: (fault: Error) => void): Promise<void> | undefined {
    const late = setTimeout(() => {
      this.connection.stream.destroy();
    }, this.limits.connectMs);
    late.unref();
    this.once('end', () => {
      clearTimeout(late);
    });
    if (callback === undefined) return super.end();
    super.end(callback);
    return undefined;
  }

  private ask(send: (...asked: unknown[]) => unknown, asked: readonly unknown[]): unknown {
    const callback = asked.at(-1);
    const late = setTimeout(() => {
      this.connection.stream.destroy(new Unanswered(this.limits.answerMs));
    }, this.limits.answerMs);
    const over = (fault?: unknown): void => {
      clearTimeout(late);
      if (isOutdated(fault)) this.connection.stream.destroy();
    };
    if (typeof callback === 'function')
      return send(...prepared(asked.slice(0, -1)), (...answer: unknown[]) => {
        over(answer[0]);
        (callback as (...parts: unknown[]) => void)(...answer);
      });
    const answered = send(...prepared(asked));
    const { then } = answered as Partial<Promise<unknown>>;
    if (then === undefined) over();
    else void (answered as Promise<unknown>).then(() => over(), over);
    return answered;
  }
}

/** What PostgreSQL and the socket are told of the limits, for a pool or for a connection alone. */
export const boundedBy = (limits: DatabaseLimits) => {
  const seconds = String(Math.max(1, Math.ceil(limits.deadPeerMs / 3_000)));
  const dead = [
    `tcp_user_timeout=${String(limits.deadPeerMs)}`,
    `tcp_keepalives_idle=${seconds}`,
    `tcp_keepalives_interval=${seconds}`,
    'tcp_keepalives_count=2',
  ];
  return {
    Client: BoundedClient,
    limits,
    connectionTimeoutMillis: limits.placeMs,
    idleTimeoutMillis: limits.idleMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: Math.ceil(limits.deadPeerMs / 3),
    options: dead.map((setting) => `-c ${setting}`).join(' '),
  };
};
