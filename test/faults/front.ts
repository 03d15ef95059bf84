import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What stands before the APIs of an installation: a connection goes to one that accepts it, each time to the next. */
export async function openFront(ports: readonly number[]): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const listener = createServer({ pauseOnConnect: true }, (client) => {
    sockets.add(client);
    client.on('error', () => undefined).once('close', () => sockets.delete(client));
    client.setNoDelay();
    turn += 1;
    const tryNext = (tried: number): void => {
      if (tried === ports.length) {
        client.destroy();
        return;
      }
      const server = connect({ port: ports[(turn + tried) % ports.length] ?? 0, host: '127.0.0.1', noDelay: true });
      sockets.add(server);
      server.once('close', () => sockets.delete(server));
      const refused = (): void => {
        tryNext(tried + 1);
      };
      server.once('error', refused);
      server.once('connect', () => {
        server.off('error', refused);
        server.on('error', () => undefined).once('close', () => client.destroy());
        client.once('close', () => server.destroy());
        client.pipe(server);
        server.pipe(client);
        client.resume();
      });
    };
    tryNext(0);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
