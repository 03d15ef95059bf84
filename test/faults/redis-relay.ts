import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Watched } from './faults.js';

/** The first words of the commands in a piece of the Redis protocol (RESP): arrays of bulk strings. */
function commandsOf(bytes: Buffer): string {
  const words = [...bytes.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n([A-Za-z]+)\r\n/g)].map(([, word = '']) => word.toUpperCase());
  const kinds = [...new Set(words)];
  return kinds.length === 0 ? 'more of a command' : kinds.slice(0, 4).join(' ');
}

/** A relay of the bell between one process and Redis. Commands that come in one piece count as one call. */
export async function relayRedis(port: number, watched: Watched): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    client.setNoDelay();
    let mute = false;
    let onAnswer: (() => void) | undefined;
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          cut();
        });
    }
    client.on('data', (bytes) => {
      if (mute) return;
      const fault = watched.struck('bell', commandsOf(bytes));
      if (fault === 'before') cut();
      else if (fault === 'hang') mute = true;
      else {
        if (fault !== undefined)
          onAnswer = () => {
            if (fault === 'death') watched.kill();
            cut();
          };
        server.write(bytes);
      }
    });
    server.on('data', (bytes) => {
      if (onAnswer !== undefined) onAnswer();
      else if (!mute) client.write(bytes);
    });
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
