import { connect } from 'node:net';
import { listen, type Listener } from './listener.js';

/** What stands before the APIs of an installation: a connection goes to one that accepts it, each time to the next. */
export function openFront(ports: readonly number[]): Promise<Listener> {
  let turn = 0;
  return listen((client, own) => {
    turn += 1;
    const tryNext = (tried: number): void => {
      if (tried === ports.length) {
        client.destroy();
        return;
      }
      const server = connect(ports[(turn + tried) % ports.length] ?? 0, '127.0.0.1');
      own(server);
      const refused = (): void => {
        tryNext(tried + 1);
      };
      server.once('error', refused);
      server.once('connect', () => {
        server.off('error', refused);
        server.once('close', () => client.destroy());
        client.once('close', () => server.destroy());
        client.pipe(server);
        server.pipe(client);
        client.resume();
      });
    };
    tryNext(0);
  });
}
