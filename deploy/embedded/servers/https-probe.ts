import { request } from 'node:https';
import type { Credential } from './certificates.js';

/** @returns the body of a 200 answer. @throws on anything else, also after two seconds of silence. */
export function httpsGet(url: string, authority: string, as?: Credential): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { ca: authority, ...(as && { cert: as.certificate, key: as.key }), agent: false, timeout: 2_000 },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.once('error', reject).once('end', () => {
          if (response.statusCode === 200) resolve(body);
          else reject(new Error(`${url} answered ${String(response.statusCode)}`));
        });
      },
    );
    call.once('timeout', () => call.destroy(new Error(`${url} did not answer`)));
    call.once('error', reject).end();
  });
}
