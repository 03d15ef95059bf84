import { Module } from '@nestjs/common';
import { Ledger } from './application/ledger.js';
import { MeteringEvidence } from './application/metering.evidence.js';
import { Prices } from './application/prices.js';
import { Statements } from './application/statements.js';
import { AgreementsView } from './persistence/agreements.view.js';
import { LedgerRepository } from './persistence/ledger.repository.js';
import { PricesRepository } from './persistence/prices.repository.js';

@Module({
  providers: [AgreementsView, LedgerRepository, PricesRepository, Ledger, Prices, Statements, MeteringEvidence],
  exports: [Ledger, Prices, Statements],
})
export class MeteringModule {}
