import type { Id, Refusal } from '#kernel';
import type { Tx } from '#platform/database';
import { Implements, type WorkOver } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { importJob } from '../domain/work.js';
import { CopyImport } from './copy-import.js';

/** How an import ends whose work is given up: its copy has failed, and the provider delivers again. */
@Implements('work-over')
@Injectable()
export class ImportOver implements WorkOver {
  readonly jobs = [importJob];
  readonly by = 'datasets';
  readonly action = 'dataset-copy.import-failed';

  constructor(private readonly imports: CopyImport) {}

  giveUp = (tx: Tx, key: Id, why: Refusal): Promise<void> => this.imports.giveUp(tx, key, why);
}
