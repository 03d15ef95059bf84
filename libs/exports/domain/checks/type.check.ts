import { item, resultOf, type CheckResult, type FlaggedItem } from '../check.js';
import type { FileFacts } from '../file-facts.js';
import type { FindingCode } from '../findings.js';
import type { GateFacts } from '../gate-facts.js';

/** Why a file could not be read to its end; everything else is a table's parser. */
const findingOf: Readonly<Record<string, FindingCode>> = { 'not-text': 'hidden-content', changed: 'changed-content' };

/** 1: type by content, size, encryption, active content; and whether the file is to its end what its beginning says. */
export function typeCheck(facts: GateFacts): CheckResult {
  const { policy } = facts;
  const items: FlaggedItem[] = [];
  if (facts.files.length === 0 || facts.files.length > policy.maximumFiles) {
    items.push(item('type', 'number-of-files', 'veto', { file: '*', figures: { files: facts.files.length, limit: policy.maximumFiles } }));
  }
  for (const file of facts.files) items.push(...ofFile(file, policy.maximumFileBytes));
  const evidence = {
    files: facts.files.map((file) => ({ file: file.name, kind: file.typing.kind, read: file.reading.as, bytes: file.bytes })),
  };
  return resultOf('type', items, evidence, policy.maximumItems);
}

function ofFile(file: FileFacts, maximumBytes: number): readonly FlaggedItem[] {
  const here = { file: file.name };
  const { typing, reading } = file;
  const items: FlaggedItem[] = [];
  if (file.bytes > maximumBytes)
    items.push(item('type', 'too-large', 'veto', { ...here, figures: { bytes: file.bytes, limit: maximumBytes } }));
  if (typing.treatment === 'refused') items.push(item('type', typing.finding, 'veto', { ...here, figures: { kind: typing.kind } }));
  if (typing.treatment === 'by-people')
    items.push(item('type', 'not-read-by-the-gate', 'needs-a-human', { ...here, figures: { kind: typing.kind } }));
  if (reading.as === 'broken') {
    const line = reading.line === undefined ? {} : { line: reading.line };
    items.push(
      item('type', findingOf[reading.reason] ?? 'unreadable-table', 'veto', {
        ...here,
        ...line,
        figures: { reason: reading.reason },
      }),
    );
  }
  if (reading.as === 'text' && reading.text.opaqueLines > 0) {
    items.push(item('type', 'opaque-content', 'needs-a-human', { ...here, figures: { lines: reading.text.opaqueLines } }));
  }
  if (reading.as === 'table') {
    for (const { column, cells, firstLine } of reading.table.shape.formulas) {
      items.push(item('type', 'formula-cells', 'needs-a-human', { ...here, column, line: firstLine, figures: { cells } }));
    }
    for (const { column, cells, firstLine } of reading.table.shape.opaque) {
      items.push(item('type', 'opaque-content', 'needs-a-human', { ...here, column, line: firstLine, figures: { cells } }));
    }
  }
  return items;
}
