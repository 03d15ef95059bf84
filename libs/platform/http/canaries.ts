import { Batched, epochKey, newId, type CanaryVerdict, type EpochRef, type GateAnswer, type Id, type Instant, Standing } from '#kernel';
import { LIMITS, type Limits } from '#platform/config';
import { EpochReader } from '#platform/database';
import { KEYS, type Keys } from '#platform/keys';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Agent, request } from 'undici';
import { z } from 'zod';
import { refuse } from './refusals.js';

/** Name of the key that signs canary credentials. */
const canaryKey = 'access/canary';
const prefix = 'canary.';
const lifetimeMs = 60_000;
const controlKeptMs = 20_000;
const mostVerified = 256;
/** How long ago canaries may have been asked to count as before a cut. */
const rehearsedWithin = '60 seconds';
/** Header by which a replica says which one it is. */
export const replicaHeader = 'opdomain-replica';

const Claims = z.strictObject({
  rests: z.array(
    z.strictObject({
      kind: z.enum(['person', 'rights', 'unit', 'authorisation', 'scenario', 'domain', 'seat']),
      id: z.uuid(),
      epoch: z.number().int().min(0),
    }),
  ),
  mintedAt: z.iso.datetime(),
});
type Claims = z.infer<typeof Claims>;

interface Replica {
  readonly id: Id;
  /** null: it does not listen yet, or has not said where. */
  readonly address: string | null;
  readonly leaseEndsAt: Instant;
  readonly leased: boolean;
}
interface Answer {
  readonly verdict: CanaryVerdict;
  /** Code of a refusal, or what came instead of an answer. */
  readonly why: string;
}
type Rehearsed = Readonly<Record<Id, CanaryVerdict>>;
/** A scope, and since when replicas count that could let someone in; without a moment, those that can now. */
interface Question {
  readonly scope: EpochRef;
  readonly since?: Instant;
}
interface Facts {
  /** Of the database, after the question. */
  readonly at: Instant;
  readonly epoch: number;
  readonly rehearsed: { readonly epoch: number; readonly answers: Rehearsed } | undefined;
  readonly replicas: readonly Replica[];
}

/**
 * Credentials of our own that are worth nothing but an answer: one route takes them, through the guard that every request passes. Before
 * a cut they are accepted, after it they are refused; that is what a receipt shows. Times are the database's: hosts' clocks may differ.
 */
@Injectable()
export class Canaries implements OnModuleDestroy {
  private publicKey: KeyObject | undefined;
  private keyMade: Promise<void> | undefined;
  /** Credentials whose signature was found right: each is asked about twice, by who counts requests and by who lets them in. */
  private readonly verified = new Set<string>();
  private control: { readonly credential: Promise<string>; readonly until: number } | undefined;
  /**
   * Connections are kept and shared by all cuts; more at once would only queue in the replica. What waits here for a connection has not
   * been asked yet: its time to answer begins when it is sent, or many cuts at once would give up on one another.
   */
  private readonly agent: Agent;
  /** Controls do not queue behind what they are to vouch for. */
  private readonly controlAgent: Agent;
  private readonly facts = new Batched<Question, Facts>((questions) => this.readFacts(questions));
  /** Whether a replica answers at all: one control tells all who ask it at the same time. */
  private readonly controls = new Batched<Replica, Answer>((replicas) => this.askControl(replicas));

  constructor(
    private readonly dataSource: DataSource,
    private readonly epochs: EpochReader,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(LIMITS) private readonly limits: Limits,
  ) {
    const { answerMs } = limits.replicas;
    const answering = { connect: { timeout: answerMs }, headersTimeout: answerMs, bodyTimeout: answerMs };
    this.agent = new Agent({ ...answering, connections: 16 });
    this.controlAgent = new Agent({ ...answering, connections: 2 });
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.agent.destroy(), this.controlAgent.destroy()]);
  }

  isCanary(bearer: string): boolean {
    return bearer.startsWith(prefix);
  }

  /** Whether a credential was made by one of our processes, whatever it says: before anything is asked for it. */
  async isOurs(bearer: string): Promise<boolean> {
    if (this.verified.has(bearer)) return true;
    const [body = '', signature = '', ...more] = bearer.slice(prefix.length).split('.');
    if (!this.isCanary(bearer) || more.length > 0) return false;
    if (!verify(null, Buffer.from(body), await this.verifier(), Buffer.from(signature, 'base64url'))) return false;
    this.verified.add(bearer);
    const [oldest] = this.verified;
    if (this.verified.size > mostVerified && oldest !== undefined) this.verified.delete(oldest);
    return true;
  }

  /**
   * What a credential says it was let in by.
   * @param now of the database; whoever is asked has a connection for it that does not wait for acts
   * @throws Refusal `http.not-signed-in` for one that is not ours or not of this minute.
   */
  async standingOf(bearer: string, now: () => Promise<Instant>): Promise<Standing> {
    if (!(await this.isOurs(bearer))) throw refuse('http.not-signed-in');
    const [body = ''] = bearer.slice(prefix.length).split('.');
    const claims = Claims.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    const age = Date.parse(await now()) - Date.parse(claims.mintedAt);
    if (age < 0 || age > lifetimeMs) throw refuse('http.not-signed-in');
    const standing = new Standing();
    standing.rest(claims.rests, new Map(claims.rests.map((ref) => [epochKey(ref), ref.epoch])));
    return standing;
  }

  /**
   * Asks every registered replica with a credential of what is about to be cut, within a limit, since the cut waits for it, and keeps the answers for the receipt.
   * What cannot be asked is unknown and keeps nothing waiting.
   */
  async rehearse(scope: EpochRef): Promise<void> {
    const { at, epoch, replicas } = await this.facts.ask({ scope });
    const credential = await this.mint([{ ...scope, epoch }], at);
    const answers = await Promise.all(
      replicas.map(async (replica) => [
        replica.id,
        (await this.ask(replica, credential, { withinMs: this.limits.replicas.rehearseMs })).verdict,
      ]),
    );
    await this.dataSource.query('INSERT INTO platform.rehearsals (id, scope_kind, scope_id, epoch, answers) VALUES ($1, $2, $3, $4, $5)', [
      newId(),
      scope.kind,
      scope.id,
      epoch,
      JSON.stringify(Object.fromEntries(answers)),
    ]);
  }

  /** What every replica that could let someone in answers now, for credentials of before the cut. Empty when none is registered. */
  async askEverywhere(scope: EpochRef, committedAt: Instant): Promise<readonly GateAnswer[]> {
    const { at, epoch, rehearsed, replicas } = await this.facts.ask({ scope, since: committedAt });
    const old = await this.mint([{ ...scope, epoch: rehearsed?.epoch ?? Math.max(0, epoch - 1) }], at);
    return Promise.all(
      replicas.map(async (replica) => {
        const before = rehearsed?.answers[replica.id] ?? 'not-asked';
        return { replica: `${replica.id} at ${replica.address ?? 'no address yet'}`, before, ...(await this.judge(replica, scope, old)) };
      }),
    );
  }

  /** A credential with today's epochs, as a new sign-in would have. @returns the answer of one replica, with the code of a refusal. */
  async askFresh(scope: EpochRef, query: string): Promise<Answer> {
    const { at, epoch, replicas } = await this.facts.ask({ scope });
    const leased = replicas.filter((replica) => replica.leased);
    const replica = leased[Math.floor(Math.random() * leased.length)];
    if (replica === undefined) return { verdict: 'unknown', why: 'no replica is registered' };
    return this.ask(replica, await this.mint([{ ...scope, epoch }], at), { query });
  }

  private async judge(replica: Replica, scope: EpochRef, old: string): Promise<Pick<GateAnswer, 'refused' | 'answer' | 'closedBy' | 'at'>> {
    if (!replica.leased)
      return { refused: true, answer: 'not heard of any more; its lease ran out', closedBy: 'lease-expired', at: replica.leaseEndsAt };
    const [cut, alive] = await Promise.all([this.ask(replica, old), this.controls.ask(replica)]);
    const at = await this.epochs.now();
    const answer = `${cut.verdict} (${cut.why}); control ${alive.verdict} (${alive.why})`;
    const ours = cut.verdict === 'refused' && cut.why === `access.ended ${scope.kind}`;
    const refused = cut.verdict === 'accepted' ? false : ours && alive.verdict === 'accepted' ? true : 'unknown';
    return { refused, answer, closedBy: 'acknowledged', at };
  }

  private async ask(
    replica: Replica,
    credential: string,
    {
      query = '',
      withinMs,
      dispatcher = this.agent,
    }: { readonly query?: string; readonly withinMs?: number; readonly dispatcher?: Agent } = {},
  ): Promise<Answer> {
    if (replica.address === null) return { verdict: 'unknown', why: 'no address yet' };
    const late = new AbortController();
    const timers = withinMs === undefined ? [] : [setTimeout(() => late.abort(), withinMs)];
    try {
      // Not `fetch`, which costs several times as much and would follow redirects unless told; this follows none.
      const { statusCode, headers, body } = await request(`${replica.address}/api/v1/canary${query}`, {
        headers: { authorization: `Bearer ${credential}` },
        dispatcher,
        signal: late.signal,
      });
      const { answerMs } = this.limits.replicas;
      timers.push(setTimeout(() => late.abort(), answerMs));
      const text = await body.text();
      if (headers[replicaHeader] !== replica.id) return { verdict: 'unknown', why: 'another process answered' };
      if (statusCode === 200) return { verdict: 'accepted', why: '200' };
      const problem = Problem.safeParse(JSON.parse(text));
      if (!problem.success || statusCode >= 500 || notAVerdict.has(problem.data.code))
        return { verdict: 'unknown', why: problem.data?.code ?? String(statusCode) };
      const { what } = problem.data.details;
      return { verdict: 'refused', why: `${problem.data.code}${typeof what === 'string' ? ` ${what}` : ''}` };
    } catch (fault) {
      const cause = fault instanceof Error ? (fault.cause ?? fault) : fault;
      return { verdict: 'unknown', why: cause instanceof Error ? cause.name : 'no answer' };
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  private async askControl(replicas: readonly Replica[]): Promise<readonly Answer[]> {
    const control = await this.controlCredential();
    const answers = new Map(
      replicas.map((replica): [string, Promise<Answer>] => [
        `${replica.id} ${replica.address ?? ''}`,
        this.ask(replica, control, { dispatcher: this.controlAgent }),
      ]),
    );
    return Promise.all(replicas.map(({ id, address }) => answers.get(`${id} ${address ?? ''}`) as Promise<Answer>));
  }

  /** Of a scope that nobody cuts, the same for every question of some seconds; each question asks with it anew. */
  private controlCredential(): Promise<string> {
    if (this.control === undefined || performance.now() > this.control.until) {
      const credential = this.epochs.now().then((at) => this.mint([{ kind: 'person', id: newId(), epoch: 0 }], at));
      this.control = { credential, until: performance.now() + controlKeptMs };
      credential.catch(() => (this.control = undefined));
    }
    return this.control.credential;
  }

  private ensureKey(): Promise<void> {
    this.keyMade ??= Promise.resolve(this.keys.create(canaryKey, 'sign')).then(
      () => undefined,
      (fault: unknown) => {
        this.keyMade = undefined;
        throw fault;
      },
    );
    return this.keyMade;
  }

  private async mint(rests: Claims['rests'], mintedAt: Instant): Promise<string> {
    await this.ensureKey();
    const claims: Claims = { rests, mintedAt };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${prefix}${body}.${Buffer.from(await this.keys.sign(canaryKey, Buffer.from(body))).toString('base64url')}`;
  }

  private async verifier(): Promise<KeyObject> {
    if (this.publicKey === undefined) {
      await this.ensureKey();
      const x = Buffer.from(await this.keys.publicKey(canaryKey)).toString('base64url');
      this.publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    }
    return this.publicKey;
  }

  /** Replicas that served at the moment in question or later, as far as they have not said themselves that they stopped. */
  private async readFacts(questions: readonly Question[]): Promise<readonly Facts[]> {
    const at = await this.epochs.now();
    const epochs = await this.epochs.of(questions.map(({ scope }) => scope));
    const rows: { id: Id; address: string | null; ends: Date; leased: boolean }[] = await this.dataSource.query(
      `SELECT id, address, ends, ends > clock_timestamp() AS leased
       FROM (SELECT id, address, seen_at + make_interval(secs => lease_ms / 1000.0) AS ends FROM platform.replicas WHERE stopped_at IS NULL) r
       WHERE ends > $1 ORDER BY id`,
      [questions.map(({ since = at }) => since).reduce((a, b) => (a < b ? a : b))],
    );
    const replicas = rows.map(({ id, address, leased, ends }) => ({ id, address, leased, leaseEndsAt: ends.toISOString() }));
    const rehearsed = await this.rehearsed(questions);
    return questions.map(({ scope, since = at }, position) => ({
      at,
      epoch: epochs.get(epochKey(scope)) ?? 0,
      rehearsed: rehearsed.get(position),
      // To the millisecond, and then rather one too many.
      replicas: replicas.filter(({ leaseEndsAt }) => leaseEndsAt >= since),
    }));
  }

  /** By the position of the question. */
  private async rehearsed(questions: readonly Question[]): Promise<ReadonlyMap<number, { epoch: number; answers: Rehearsed }>> {
    const asked = questions.flatMap(({ scope, since }, position) => (since === undefined ? [] : [{ ...scope, since, position }]));
    if (asked.length === 0) return new Map();
    const rows: { position: number; epoch: string; answers: Rehearsed }[] = await this.dataSource.query(
      `SELECT position, last.epoch, last.answers
       FROM unnest($1::int[], $2::text[], $3::uuid[], $4::timestamptz[]) AS asked (position, kind, id, since)
       CROSS JOIN LATERAL (
         SELECT epoch, answers FROM platform.rehearsals
         WHERE scope_kind = asked.kind AND scope_id = asked.id AND at <= asked.since AND at > asked.since - $5::interval
         ORDER BY at DESC LIMIT 1) last`,
      [
        asked.map(({ position }) => position),
        asked.map(({ kind }) => kind),
        asked.map(({ id }) => id),
        asked.map(({ since }) => since),
        rehearsedWithin,
      ],
    );
    return new Map(rows.map(({ position, epoch, answers }) => [position, { epoch: Number(epoch), answers }]));
  }
}

const Problem = z.looseObject({ code: z.string(), details: z.record(z.string(), z.unknown()) });
/** Refusals that say nothing about the cut: of the credential itself, or of a part that is away. */
const notAVerdict = new Set([
  'http.not-signed-in',
  'http.too-many-requests',
  'http.no-such-route',
  'http.role-missing',
  'http.invalid-input',
]);
