import { connect } from 'node:net';
import type { Watched } from './faults.js';
import { listen, type Listener } from './listener.js';

/** The first words of the commands in a piece of the Redis protocol (RESP): arrays of bulk strings. */
function commandsOf(bytes: Buffer): string {
  const words = [...bytes.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n([A-Za-z]+)\r\n/g)].map(([, word = '']) => word.toUpperCase());
  const kinds = [...new Set(words)];
  return kinds.length === 0 ? 'more of a command' : kinds.slice(0, 4).join(' ');
}

/** A relay of the bell between one process and Redis. Commands that come in one piece count as one call. */
export function relayRedis(port: number, watched: Watched): Promise<Listener> {
  return listen((client, own) => {
    const server = connect(port, '127.0.0.1');
    own(server);
    let mute = false;
    let onAnswer: (() => void) | undefined;
    const cut = (): void => {
      client.destroy();
      server.destroy();
    };
    client.on('close', cut);
    server.on('close', cut);
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
    client.resume();
  });
}
