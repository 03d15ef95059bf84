import type { Id } from '#kernel';
import type { ExportFile } from './export-request.js';
import type { FileTyping } from './file-type.js';
import type { FrequencyFacts } from './frequency-scan.js';
import type { IdentifierHit } from './identifier-scan.js';
import type { ColumnLineage } from './lineage.js';
import type { RowMatchMeasure } from './row-match.js';
import type { ShapeFacts } from './shape-scan.js';
import type { TextFacts } from './text-scan.js';

export interface TableFacts {
  readonly shape: ShapeFacts;
  readonly header: boolean;
  readonly identifiers: readonly IdentifierHit[];
  readonly frequency: FrequencyFacts;
}

/** What reading a file whole has shown. `broken`: it was not what its beginning promised. */
export type Reading =
  | { readonly as: 'table'; readonly table: TableFacts }
  | { readonly as: 'text'; readonly text: TextFacts }
  | { readonly as: 'unread' }
  | { readonly as: 'broken'; readonly reason: string; readonly line?: number };

export interface FileFacts {
  readonly id: Id;
  readonly name: string;
  readonly bytes: number;
  readonly digest: ExportFile['digest'];
  readonly typing: FileTyping;
  readonly reading: Reading;
  /** Identifiers in the name itself. */
  readonly nameHits: readonly IdentifierHit[];
  /** Where each column comes from; missing when nothing recorded it. */
  readonly lineage?: readonly ColumnLineage[];
  /** Missing when the engine did not measure it. */
  readonly rowMatch?: RowMatchMeasure;
}
