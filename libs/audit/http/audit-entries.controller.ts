import { Controller } from '@nestjs/common';
import type { ActContext } from '#kernel';
import { act, Act, Ctx, idParam, In, type Input, type Output } from '#platform/http';
import { AuditEntries } from '../application/audit-entries.js';
import { AuditProofs } from '../application/audit-proofs.js';
import { AuditEntriesQuery, AuditEntryDetail, AuditEntryPage, digestParam } from '../contract.js';
import { proofBundle } from '../domain/bundle.js';

const readers = ['audit-admin', 'security-admin', 'authority', 'unit-manager', 'evaluator'] as const;
const list = act({
  method: 'GET',
  path: '/audit-entries',
  action: 'audit-entry.listed',
  summary: { zh: '查询审计记录', en: 'Search audit entries' },
  roles: readers,
  scope: 'region',
  query: AuditEntriesQuery,
  response: AuditEntryPage,
});
const read = act({
  method: 'GET',
  path: '/audit-entries/:id',
  action: 'audit-entry.read',
  summary: { zh: '读取审计记录', en: 'An audit entry' },
  roles: readers,
  scope: 'region',
  params: idParam,
  response: AuditEntryDetail,
});
const proof = act({
  method: 'GET',
  path: '/audit-entries/:id/proof',
  action: 'audit-entry.proof-read',
  summary: { zh: '取得记录的离线证明', en: 'The proof of an entry, verifiable offline' },
  roles: readers,
  scope: 'region',
  params: idParam,
  response: proofBundle,
});
const documentProof = act({
  method: 'GET',
  path: '/audit/documents/:digest/proof',
  action: 'audit-document.proof-read',
  summary: { zh: '取得文书(回执、证明、清单)的离线证明', en: 'The proof of a receipt, certificate or manifest by its digest' },
  roles: 'signed-in',
  scope: 'own',
  params: digestParam,
  response: proofBundle,
});

@Controller()
export class AuditEntriesController {
  constructor(
    private readonly entries: AuditEntries,
    private readonly proofs: AuditProofs,
  ) {}

  @Act(list)
  list(@Ctx() ctx: ActContext, @In() input: Input<typeof list>): Output<typeof list> {
    return this.entries.list(ctx, input.query);
  }
  @Act(read)
  read(@Ctx() ctx: ActContext, @In() input: Input<typeof read>): Output<typeof read> {
    return this.entries.detail(ctx, input.params.id);
  }
  @Act(proof)
  readProof(@Ctx() ctx: ActContext, @In() input: Input<typeof proof>): Output<typeof proof> {
    return this.proofs.ofEntry(ctx, input.params.id);
  }
  @Act(documentProof)
  readAuditDocumentProof(@Ctx() ctx: ActContext, @In() input: Input<typeof documentProof>): Output<typeof documentProof> {
    return this.proofs.ofDocument(ctx, input.params.digest);
  }
}
