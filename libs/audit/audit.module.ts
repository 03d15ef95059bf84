import { Module } from '@nestjs/common';
import { AuditCases } from './application/audit-cases.js';
import { AuditEntries } from './application/audit-entries.js';
import { AuditLog } from './application/audit-log.js';
import { AuditProofs } from './application/audit-proofs.js';
import { CheckpointSigner } from './application/checkpoint-signer.js';
import { DocumentPlaces } from './application/document-places.js';
import { AuditEvidence } from './application/evidence.js';
import { ExternalCheckpoints } from './application/external-checkpoints.js';
import { LogKeys } from './application/log-keys.js';
import { LogOpening } from './application/log-opening.js';
import { Sequencer } from './application/sequencer.js';
import { TreeReader } from './application/tree-reader.js';
import { Witnesses } from './application/witnesses.js';
import { CheckpointsRepository } from './persistence/checkpoints.repository.js';
import { EntriesRepository } from './persistence/entries.repository.js';
import { Sm2KeysRepository } from './persistence/sm2-keys.repository.js';
import { TreeRepository } from './persistence/tree.repository.js';
import { AuditCasesRepository, WitnessesRepository } from './persistence/witnesses.repository.js';

const repositories = [
  TreeRepository,
  CheckpointsRepository,
  EntriesRepository,
  Sm2KeysRepository,
  WitnessesRepository,
  AuditCasesRepository,
];
@Module({
  providers: [
    ...repositories,
    TreeReader,
    LogKeys,
    ExternalCheckpoints,
    CheckpointSigner,
    LogOpening,
    Sequencer,
    Witnesses,
    AuditEntries,
    AuditProofs,
    AuditLog,
    AuditCases,
    AuditEvidence,
    DocumentPlaces,
  ],
  exports: [Sequencer, Witnesses, AuditEntries, AuditProofs, AuditLog, AuditCases],
})
export class AuditModule {}
