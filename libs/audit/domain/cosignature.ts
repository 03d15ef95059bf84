/**
 * What a witness signs (C2SP tlog-cosignature, `cosignature/v1`).
 * @param text the checkpoint's note text with its final newline
 * @param timestamp whole seconds since 1970
 */
export const cosignedMessage = (text: string, timestamp: number): Uint8Array =>
  Buffer.from(`cosignature/v1\ntime ${timestamp}\n${text}`, 'utf8');

/** The `timestamped_signature`: 64-bit big-endian seconds, then 64 bytes of Ed25519. */
export function cosignatureBytes(timestamp: number, signature: Uint8Array): Uint8Array {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(timestamp));
  return Buffer.concat([time, signature]);
}

/** The last that a date can hold (ECMAScript). */
const lastSecond = 8_640_000_000_000;

export function splitCosignature(bytes: Uint8Array): { readonly timestamp: number; readonly signature: Uint8Array } | undefined {
  if (bytes.length !== 72) return undefined;
  const timestamp = Number(Buffer.from(bytes).readBigUInt64BE(0));
  return timestamp <= lastSecond ? { timestamp, signature: bytes.subarray(8) } : undefined;
}
