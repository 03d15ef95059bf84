import { connect } from 'node:net';

/** Sends `say` over one connection and resolves once the answer holds `expected`. @throws on anything else, also after two seconds of silence. */
export function ask(port: number, say: string, expected: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 }, () => socket.write(say));
    const settle = (error?: Error) => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      if (answer.includes(expected)) settle();
    });
    socket.once('timeout', () => {
      settle(new Error(`port ${port} did not answer`));
    });
    socket.once('close', () => {
      settle(new Error(`port ${port} answered something else`));
    });
    socket.once('error', settle);
  });
}
