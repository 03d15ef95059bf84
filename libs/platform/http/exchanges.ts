import type { Clock, Instant } from '#kernel';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What passed over a socket as one request and its answer, or as no whole request. */
export interface Exchange {
  /** null where no request could be read. */
  readonly request: IncomingMessage | null;
  /** Of the request that left HTTP behind it or was none; null where nothing is known of it. */
  readonly method: string | null;
  readonly address: string | null;
  readonly port: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly startedAt: Instant;
  readonly closedBecause: string;
}

interface Open {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: Instant;
}

interface Watched {
  readonly socket: Partial<Pick<Socket, 'bytesRead' | 'bytesWritten' | 'destroyed'>>;
  /** false: an injected request, behind which there is no socket. */
  readonly real: boolean;
  readonly address: string | null;
  readonly port: number | null;
  readonly open: Set<Open>;
  /** Bytes that exchanges so far account for. */
  read: number;
  written: number;
  /** Before this nothing passed that is not accounted for. */
  since: Instant;
  told: boolean;
  method: string | null;
  cause: string | null;
}

/** Of an exchange whose caller was gone before it was answered. */
export const wentAway = 'caller went away';

/** Node says here of every request that its parser read, also of those that it answers itself (no Host, an unknown Expect). */
const requestStarted = 'http.server.request.start';
const statuses: Readonly<Record<string, string>> = { HPE_HEADER_OVERFLOW: 'status 431', ERR_HTTP_REQUEST_TIMEOUT: 'status 408' };

/**
 * Follows the sockets of a server and tells of every exchange once, with the bytes that the socket itself counted, and of every
 * connection that ended without one. The bytes of a connection's exchanges add up to what passed over it, to the byte.
 */
export class Exchanges {
  private readonly connections = new Map<Watched['socket'], Watched>();

  constructor(
    private readonly clock: Clock,
    private readonly tell: (exchange: Exchange) => void,
  ) {}

  /** @returns what ends the watching. */
  watch(server: Server): () => void {
    const started = (message: unknown): void => {
      const { request, response, socket, server: of } = message as Open & { socket: Socket; server: Server };
      if (of === server) this.follow(request, response, socket);
    };
    subscribe(requestStarted, started);
    server.on('connection', (socket) => {
      const connection = this.begin(socket, true);
      socket.once('close', () => this.end(connection));
    });
    server.prependListener('clientError', (fault: NodeJS.ErrnoException, socket) => {
      const connection = this.connections.get(socket);
      const code = fault.code ?? 'unknown';
      if (connection !== undefined)
        connection.cause ??= code === 'ECONNRESET' ? 'caller reset the connection' : `${statuses[code] ?? 'status 400'}, ${code}`;
    });
    server.prependListener('connect', ({ method }, socket) => {
      const connection = this.connections.get(socket);
      if (connection !== undefined) [connection.method, connection.cause] = [method ?? null, 'status 404, no tunnel'];
    });
    return () => unsubscribe(requestStarted, started);
  }

  /** An injected request has no connection; one that came over a socket is followed already. */
  followInjected(request: IncomingMessage, response: ServerResponse): void {
    if (!this.connections.has(request.socket)) this.follow(request, response, request.socket);
  }

  /** Since when something may have passed of which nothing was told yet; `now` when all was told. */
  untoldSince(now: Instant): Instant {
    let since = now;
    for (const connection of this.connections.values()) {
      for (const { startedAt } of connection.open) if (startedAt < since) since = startedAt;
      if (connection.open.size > 0) continue;
      const { bytesRead, bytesWritten } = counted(connection);
      if (connection.told && bytesRead === connection.read && bytesWritten === connection.written) connection.since = now;
      else if (connection.since < since) since = connection.since;
    }
    return since;
  }

  /** Whether a request waits for the end of its answer. */
  get anyOpen(): boolean {
    return [...this.connections.values()].some(({ open }) => open.size > 0);
  }

  private begin(socket: Socket, real: boolean): Watched {
    const connection: Watched = {
      ...{ socket, real, address: socket.remoteAddress ?? null, port: socket.remotePort ?? null },
      ...{ open: new Set<Open>(), read: 0, written: 0, since: this.clock.now(), told: false, method: null, cause: null },
    };
    this.connections.set(socket, connection);
    return connection;
  }

  private follow(request: IncomingMessage, response: ServerResponse, socket: Socket): void {
    const connection = this.connections.get(socket) ?? this.begin(socket, false);
    const open: Open = { request, response, startedAt: this.clock.now() };
    connection.open.add(open);
    const answered = () => `status ${String(response.statusCode)}`;
    // Before Node hands the socket to the next of several answers.
    response.prependListener('finish', () => this.settle(connection, open, answered()));
    response.once('close', () => this.settle(connection, open, response.writableEnded && !socket.destroyed ? answered() : wentAway));
  }

  private settle(connection: Watched, open: Open, closedBecause: string): void {
    if (!connection.open.delete(open)) return;
    const { bytesRead, bytesWritten } = counted(connection);
    const read = bytesRead - connection.read;
    // What came behind this request before it was answered is left to those that it belongs to.
    const others = connection.open.size + (connection.cause === null ? 0 : 1);
    const bytesIn = !connection.real ? sizeOf(open.request) : others === 0 ? read : share(read, others, sizeOf(open.request));
    this.report(connection, {
      request: open.request,
      startedAt: open.startedAt,
      closedBecause,
      bytesIn,
      bytesOut: bytesWritten - connection.written,
    });
    if (!connection.real) this.connections.delete(connection.socket);
  }

  private end(connection: Watched): void {
    for (const open of [...connection.open]) this.settle(connection, open, wentAway);
    this.connections.delete(connection.socket);
    const { bytesRead, bytesWritten } = counted(connection);
    const [bytesIn, bytesOut] = [bytesRead - connection.read, bytesWritten - connection.written];
    if (connection.told && bytesIn === 0 && bytesOut === 0) return;
    const silent = bytesIn > 0 ? 'closed before a whole request' : 'closed without a request';
    this.report(connection, { request: null, startedAt: connection.since, closedBecause: connection.cause ?? silent, bytesIn, bytesOut });
  }

  private report(connection: Watched, what: Omit<Exchange, 'method' | 'address' | 'port'>): void {
    connection.read += connection.real ? what.bytesIn : 0;
    connection.written += what.bytesOut;
    [connection.since, connection.told] = [this.clock.now(), true];
    const { method, address, port } = connection;
    this.tell({ ...what, method: what.request?.method ?? method, address, port });
  }
}

const counted = ({ socket }: Watched) => ({ bytesRead: socket.bytesRead ?? 0, bytesWritten: socket.bytesWritten ?? 0 });

/** The part of bytes read that a request has of them when others came with it: as it was written, and at least one byte for each. */
const share = (read: number, others: number, size: number): number => Math.max(1, Math.min(read - others, size));

/** Bytes of a request as callers commonly write it; of a body sent in chunks, whose length nobody said, none. */
function sizeOf({ method, url, rawHeaders, headers }: IncomingMessage): number {
  const lines = [`${method ?? ''} ${url ?? ''} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at] ?? ''}: ${rawHeaders[at + 1] ?? ''}`);
  const body = Number(headers['content-length'] ?? 0);
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line, 'latin1') + 2, 2) + (Number.isSafeInteger(body) ? body : 0);
}
