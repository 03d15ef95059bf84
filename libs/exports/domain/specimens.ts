import { sha256, type Id } from '#kernel';
import type { ExportFile } from './export-request.js';
import { sampleBytes } from './file-type.js';
import type { Detector } from './identifier-scan.js';
import type { TableDeclaration } from './policy.js';
import { defaultExportPolicy, type ExportPolicy } from './policy.js';
import { scanFile, type ScannedFile } from './scan-file.js';

// What this room's tests are made of: small files, and detectors that know two kinds of identifiers.

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const isResidentId = (value: string): boolean =>
  /^\d{17}[\dXx]$/.test(value) &&
  '10X98765432'[weights.reduce((sum, weight, index) => sum + weight * Number(value[index]), 0) % 11] === value[17]?.toUpperCase();

const specimenDetectors: readonly Detector[] = [
  { type: 'resident-id', certainty: 'checked', matches: isResidentId, within: /(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])/gu },
  {
    type: 'mobile',
    certainty: 'shaped',
    matches: (value) => /^1[3-9]\d{9}$/.test(value),
    within: /(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])/gu,
  },
  { type: 'name', certainty: 'weak', matches: (value) => /^[赵钱孙李周吴郑王][\u4e00-\u9fff]{1,2}$/u.test(value) },
];

/** Valid by its check character; the published specimen number of GB 11643-1999. */
export const residentId = '11010519491231002X';

export async function scanned(
  content: string | Uint8Array,
  options: { name?: string; id?: Id; declaration?: TableDeclaration; policy?: ExportPolicy } = {},
): Promise<ScannedFile> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const name = options.name ?? 'result.csv';
  const file: ExportFile = {
    id: options.id ?? name,
    name,
    bytes: bytes.length,
    digest: sha256(bytes),
    ...(options.declaration ? { declaration: options.declaration } : {}),
  };
  const sample = { name, size: bytes.length, head: bytes.subarray(0, sampleBytes), tail: bytes.subarray(-sampleBytes) };
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000));
  };
  return scanFile(file, sample, pieces, { policy: options.policy ?? defaultExportPolicy, detectors: specimenDetectors });
}
