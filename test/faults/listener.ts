import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What listens on loopback, and ends with all that is connected to it. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** @param accept of each connection, which is paused until it is read; `own` names sockets that are to end with the listener */
export async function listen(accept: (client: Socket, own: (socket: Socket) => void) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  const own = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay();
    // Who breaks off is told by `close`.
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const listener = createServer({ pauseOnConnect: true }, (client) => {
    own(client);
    accept(client, own);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
