import { endingOf } from '../../../apps/composition/ending.js';
import { languageOf } from '../../../apps/composition/language.js';
import { FolderError } from '../processes/folder.js';
import { ToolUnavailableError } from '../tools/index.js';

/** Says what keeps the profile from starting and what to do. @returns the exit code: 2 where something is missing on this machine. */
export function explainFailure(fault: unknown): number {
  if (fault instanceof ToolUnavailableError || fault instanceof FolderError) {
    process.stderr.write(`\n${fault.message}\n`);
    return fault instanceof ToolUnavailableError ? 2 : 1;
  }
  const { why, said } = endingOf(fault, languageOf(process.env));
  // What the local servers say of themselves is about this machine, never about data.
  process.stderr.write(`\n${why === 'fault' && fault instanceof Error ? `${fault.message}\n${said}` : said}\n`);
  return 1;
}
