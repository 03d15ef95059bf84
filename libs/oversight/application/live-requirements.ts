import {
  documentDigest,
  newId,
  systemAct,
  type Evidence,
  type Id,
  type ActContext,
  type Clock,
  type EvidenceSource,
  type Instant,
  type SignedDocument,
  type TypedDocument,
} from '#kernel';
import { UnitOfWork } from '#platform/database';
import { SignedDocuments } from '#platform/documents';
import { CLOCK, LOGGER } from '#platform/http';
import { Seams } from '#platform/seams';
import type { Logger } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { OVERSIGHT_CONFIG, type OversightConfig } from '../config.js';
import type { RequirementsQuery, RequirementsView, RequirementView } from '../contract.js';
import { ageInSeconds, liveRequirements, summaryOf, witnessed, type LiveRequirement, type Witnessed } from '../domain/live.js';
import { requirements } from '../domain/requirements.js';
import { ReadingsRepository } from '../persistence/readings.repository.js';

interface Collected {
  readonly evidence: readonly Witnessed[];
  readonly silent: readonly { source: string; lastAnswerAt: Instant | null; ageSeconds: number | null }[];
}

/** The catalogue with what the running system shows for each requirement right now. */
@Injectable()
export class LiveRequirements {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seams: Seams,
    private readonly readings: ReadingsRepository,
    private readonly documents: SignedDocuments,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(OVERSIGHT_CONFIG) private readonly config: OversightConfig,
  ) {}

  async list(query: z.output<typeof RequirementsQuery>): Promise<z.input<typeof RequirementsView>> {
    const { rows, collected, at } = await this.now();
    const chosen = rows.filter(
      ({ requirement, state }) =>
        (query.theme === undefined || requirement.theme === query.theme) &&
        (query.kind === undefined || requirement.kind === query.kind) &&
        (query.state === undefined || state === query.state),
    );
    return { items: chosen.map(viewOf), next: null, summary: summaryOf(rows), at, silentSources: [...collected.silent] };
  }

  async summary(): Promise<ReturnType<typeof summaryOf>> {
    return summaryOf((await this.now()).rows);
  }

  /** The whole board as a signed document, whose digest stands in the journal: an inspector can take it away and check it. */
  async export(ctx: ActContext): Promise<SignedDocument> {
    const { rows } = await this.now();
    const id: Id = newId();
    const document = JSON.parse(
      JSON.stringify({
        type: 'opdomain.compliance-board/v1',
        id,
        issuedAt: this.clock.now(),
        catalogue: 'requirements.tsv',
        summary: summaryOf(rows),
        requirements: rows.map(viewOf),
      }),
    ) as TypedDocument;
    const signed = await this.documents.sign('boards', document);
    await this.unitOfWork.journal(ctx, {
      action: 'requirement.document-signed',
      object: { kind: 'requirement', id },
      after: document,
      details: { digest: documentDigest(document) },
    });
    return this.documents.handedOut(ctx, signed);
  }

  private async now(): Promise<{ rows: readonly LiveRequirement[]; collected: Collected; at: Instant }> {
    const at = this.clock.now();
    const collected = await this.collect(at);
    return { rows: liveRequirements(requirements, collected.evidence), collected, at };
  }

  /** Asks every source at once, each for a bounded time; of one that does not answer, what it said last, with its age. */
  private async collect(at: Instant): Promise<Collected> {
    const act = systemAct('oversight', 'requirement.listed', at);
    const asked = await Promise.all(
      this.seams.all('evidence').map(async (source) => ({ name: source.constructor.name, answer: await this.ask(source, at) })),
    );
    return this.unitOfWork.run(act, async (tx) => {
      const evidence: Witnessed[] = [];
      const silent: { source: string; lastAnswerAt: Instant | null; ageSeconds: number | null }[] = [];
      for (const { name, answer } of asked) {
        if (answer !== undefined) await this.readings.keep(tx, 'evidence', name, '', answer, at);
        const last = answer === undefined ? await this.readings.last<Evidence[]>(tx, 'evidence', name, '') : undefined;
        if (answer === undefined)
          silent.push({
            source: name,
            lastAnswerAt: last?.readAt ?? null,
            ageSeconds: last === undefined ? null : ageInSeconds(last.readAt, at),
          });
        evidence.push(...(answer ?? last?.value ?? []).map((one) => witnessed(name, one, at, this.config.evidenceStaleSeconds)));
      }
      return { evidence, silent };
    });
  }

  private async ask(source: EvidenceSource, at: Instant): Promise<readonly Evidence[] | undefined> {
    const late = new AbortController();
    try {
      return await Promise.race([
        source.evidence(at),
        pause(this.config.sourceTimeoutMs, undefined, { signal: late.signal }).then(() => {
          throw new Error('the source did not answer in time');
        }),
      ]);
    } catch (fault) {
      this.log.error('oversight.source-silent', fault, { source: source.constructor.name });
      return undefined;
    } finally {
      late.abort();
    }
  }
}

const viewOf = ({ requirement, derived, state, evidence }: LiveRequirement): z.input<typeof RequirementView> => ({
  ...requirement,
  derived,
  state,
  evidence: evidence.map(({ requirementId: _id, ...one }) => one),
});
