import { typeOf, type FileSample, type FileTyping } from './file-type.js';
import { FrequencyScan } from './frequency-scan.js';
import { IdentifierScan, isIdentifier, type Detector } from './identifier-scan.js';
import type { FileFacts, Reading } from './file-facts.js';
import type { ExportFile } from './export-request.js';
import type { ExportPolicy } from './policy.js';
import { PreviewScan, type Preview } from './preview.js';
import { ShapeScan } from './shape-scan.js';
import { readTable, UnreadableTable } from './table-reader.js';
import { decoded, NotText } from './text-encoding.js';
import { scanText } from './text-scan.js';

export interface ScannedFile {
  readonly facts: FileFacts;
  readonly preview?: Preview;
}

/**
 * Types a file by its content and reads it whole, once.
 * @param content the plaintext from its first byte; called again for each reading
 */
export async function scanFile(
  file: ExportFile,
  sample: FileSample,
  content: () => AsyncIterable<Uint8Array>,
  about: { readonly policy: ExportPolicy; readonly detectors: readonly Detector[] },
): Promise<ScannedFile> {
  const typing = await typeOf(sample);
  const names = new IdentifierScan(about.detectors);
  names.look(file.name, 'file name', 0);
  const { reading, preview } = await read(file, typing, content, about);
  const { id, name, bytes, digest } = file;
  return { facts: { id, name, bytes, digest, typing, reading, nameHits: names.hits() }, ...(preview ? { preview } : {}) };
}

async function read(
  file: ExportFile,
  typing: FileTyping,
  content: () => AsyncIterable<Uint8Array>,
  about: { readonly policy: ExportPolicy; readonly detectors: readonly Detector[] },
): Promise<{ reading: Reading; preview?: Preview }> {
  const { policy, detectors } = about;
  try {
    if (typing.treatment === 'text') {
      return { reading: { as: 'text', text: await scanText(decoded(content(), typing.encoding), detectors) } };
    }
    if (typing.treatment !== 'table') return { reading: { as: 'unread' } };
    const scans = {
      shape: new ShapeScan(),
      identifiers: new IdentifierScan(detectors),
      frequency: new FrequencyScan(policy, file.declaration),
      preview: new PreviewScan(policy.smallCell),
    };
    const how = {
      delimiter: typing.delimiter,
      maximumColumns: policy.maximumColumns,
      isIdentifier: (cell: string) => isIdentifier(cell, detectors),
    };
    const { header } = await readTable(decoded(content(), typing.encoding), how, Object.values(scans));
    const table = {
      shape: scans.shape.facts(),
      header,
      identifiers: scans.identifiers.hits(),
      frequency: scans.frequency.facts(),
    };
    return { reading: { as: 'table', table }, preview: scans.preview.preview(table) };
  } catch (error) {
    if (error instanceof NotText) return { reading: { as: 'broken', reason: 'not-text' } };
    if (error instanceof UnreadableTable) return { reading: { as: 'broken', reason: error.reason, line: error.line } };
    throw error;
  }
}
