import { Refusal } from '#kernel';
import { FolderError } from '../processes/folder.js';
import { ToolUnavailableError } from '../tools/index.js';

/** Says what keeps the profile from starting and what to do. @returns the exit code: 2 where something is missing on this machine. */
export function explainFailure(fault: unknown): number {
  if (fault instanceof ToolUnavailableError || fault instanceof FolderError) {
    process.stderr.write(`\n${fault.message}\n`);
    return fault instanceof ToolUnavailableError ? 2 : 1;
  }
  const text =
    fault instanceof Refusal
      ? `${fault.code} ${JSON.stringify(fault.details)}`
      : fault instanceof Error
        ? (fault.stack ?? fault.message)
        : 'failed';
  process.stderr.write(`\n${text}\n`);
  return 1;
}
