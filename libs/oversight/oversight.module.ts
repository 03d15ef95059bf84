import { Module } from '@nestjs/common';
import { Board } from './application/board.js';
import { FollowedWork } from './application/followed-work.js';
import { LiveRequirements } from './application/live-requirements.js';
import { Operations } from './application/operations.js';
import { PlatformEvidence } from './application/platform.evidence.js';
import { Staffing } from './application/staffing.js';
import { Work } from './application/work.js';
import { BoardRepository } from './persistence/board.repository.js';
import { OperationsRepository } from './persistence/operations.repository.js';
import { ReadingsRepository } from './persistence/readings.repository.js';
import { RoleHoldersRepository } from './persistence/role-holders.repository.js';

@Module({
  providers: [
    BoardRepository,
    OperationsRepository,
    ReadingsRepository,
    RoleHoldersRepository,
    Board,
    FollowedWork,
    LiveRequirements,
    Operations,
    PlatformEvidence,
    Staffing,
    Work,
  ],
  exports: [Board, LiveRequirements, Operations, Staffing, Work],
})
export class OversightModule {}
