import { newId } from '#kernel';
import type { Caller, Medium } from './medium.js';

/** Speaks tus 1.0 to a listening API as one person. */
export class UploadClient {
  private constructor(
    private readonly origin: string,
    private readonly person: Caller,
  ) {}

  static async of(medium: Medium, person: Caller): Promise<UploadClient> {
    const address = medium.app.getHttpServer().address();
    if (address === null) await medium.app.listen(0, '127.0.0.1');
    return new UploadClient((await medium.app.getUrl()).replace('[::1]', '127.0.0.1'), person);
  }

  async begin(length: number, headers: Record<string, string> = {}): Promise<Response> {
    return this.send('POST', '/api/v1/uploads', { 'upload-length': String(length), 'idempotency-key': newId(), ...headers });
  }

  async offset(location: string): Promise<number> {
    return Number((await this.send('HEAD', location)).headers.get('upload-offset'));
  }

  async write(location: string, offset: number, body: Uint8Array | ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<Response> {
    const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) };
    return this.send('PATCH', location, headers, body, signal);
  }

  abandon(location: string): Promise<Response> {
    return this.send('DELETE', location);
  }

  /** @returns the upload's id. */
  async whole(bytes: Uint8Array): Promise<string> {
    const location = (await this.begin(bytes.length)).headers.get('location') ?? '';
    const written = await this.write(location, 0, bytes);
    if (written.status !== 204) throw new Error(`the upload was answered ${String(written.status)}`);
    return location.slice(location.lastIndexOf('/') + 1);
  }

  private async send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: Uint8Array | ReadableStream<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(`${this.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${await this.person.token()}`, 'tus-resumable': '1.0.0', ...headers },
      ...(body === undefined ? {} : { body: body as RequestInit['body'] & object, duplex: 'half' as const }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}
