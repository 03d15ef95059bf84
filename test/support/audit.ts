import { auditContext, Sequencer } from '#audit';
import { bundlePath, sm3Path, tilePath, tilesOf, verifyCheckpoint } from '#audit/offline';
import { identityContext } from '#identity';
import type { OpdomainConfig } from '../../apps/composition/config.js';
import { type documentTypes, issuingActions, newId, parseVerifierKeys, systemAct, type TypedDocument, type VerifierKey } from '#kernel';
import type { JournalFact } from '#platform/database';
import type { Answer, Medium } from './medium.js';
import { openMedium } from './medium.js';

export interface AuditStatusView {
  size: number;
  checkpoint: { size: number } | null;
  cosigned: { size: number; by: { name: string; key: 'held' | 'external' }[] } | null;
  unsigned: { entries: number };
  uncosigned: { entries: number };
  withinBound: boolean;
  matchesExternal: boolean | null;
}

/** The product with its audit log, where the test turns the sequencer and asks for cosignatures itself. */
export interface AuditBench {
  readonly medium: Medium;
  readonly sequencer: Sequencer;
  /** Turns the sequencer until every entry has its place. */
  sequence(): Promise<void>;
  /** Records a document as issued, as the contexts do. */
  issue(document: TypedDocument, more?: Partial<JournalFact>): Promise<void>;
  /** As the audit administrator, over the newest checkpoint. */
  cosign(): Promise<Answer<{ size: number; note: string; witness: string }>>;
  status(): Promise<AuditStatusView>;
  trusted(): Promise<VerifierKey[]>;
  /** Bytes of an answer, as the audit administrator. */
  raw(path: string): Promise<Uint8Array>;
  /** The whole cosigned log as anyone with the right to can copy it, file by file, over HTTP. */
  mirror(): Promise<(path: string) => Uint8Array | undefined>;
}

/** With the acts of the other contexts that issue documents. */
const auditOfAll = {
  ...auditContext,
  auditActions: {
    ...Object.fromEntries(Object.values(issuingActions).map((action) => [action, { object: 'document', zh: action, en: action }])),
    ...auditContext.auditActions,
  },
};

export async function openAuditBench(config: (whole: OpdomainConfig) => OpdomainConfig = (whole) => whole): Promise<AuditBench> {
  const medium = await openMedium({ contexts: [identityContext, auditOfAll], config });
  const sequencer = (await medium.worker()).get(Sequencer, { strict: false });
  const trusted = async (): Promise<VerifierKey[]> => parseVerifierKeys((await medium.auditor.get<string>('/audit/keys')).body);
  const raw = async (path: string): Promise<Uint8Array> => {
    const response = await medium.app.inject({
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${await medium.auditor.token()}` },
    });
    if (response.statusCode !== 200) throw new Error(`${path}: ${String(response.statusCode)} ${response.body}`);
    return response.rawPayload;
  };
  return {
    medium,
    sequencer,
    trusted,
    raw,
    async issue(document, more) {
      const action = issuingActions[document.type as (typeof documentTypes)[number]];
      await medium.platform.unitOfWork.run(systemAct('test', action, new Date().toISOString()), (tx) =>
        tx.record({ action, object: { kind: 'document', id: newId() }, after: document, ...more }),
      );
    },
    async sequence() {
      while ((await sequencer.turn()) > 0);
    },
    cosign: () => medium.auditor.post('/audit/cosignatures', {}),
    status: async () => (await medium.auditor.get<AuditStatusView>('/audit/status')).body,
    async mirror() {
      const files = new Map<string, Uint8Array>();
      const note = await raw('/audit/checkpoint?cosigned=true');
      files.set('checkpoint', note);
      const { size } = verifyCheckpoint(Buffer.from(note).toString('utf8'), await trusted());
      for (const tile of tilesOf(size)) {
        files.set(tilePath(tile), await raw(`/audit/${tilePath(tile)}`));
        if (tile.level > 0) continue;
        for (const path of [bundlePath(tile.index, tile.width), sm3Path(tile.index, tile.width)])
          files.set(path, await raw(`/audit/${path}`));
      }
      return (path) => files.get(path);
    },
  };
}
