import { sha256, type ActContext, type Json, type JsonObject } from '#kernel';
import type { EntityManager } from 'typeorm';
import type { JournalSealer, SealedBox } from './journal-sealer.js';
import { refuse } from './refusals.js';

/**
 * What a repeated request is answered with (Idempotency-Key). An answer may name people, so it is kept sealed, together with the digest
 * of its request, which a short input could be guessed from; the caller's own key may say anything and is kept as a digest.
 */
export class RememberedAnswers {
  constructor(private readonly sealer: JournalSealer) {}

  /**
   * The unique key makes a second, concurrent request wait for the first one's commit.
   * @returns the earlier answer of the same request. @throws Refusal `http.idempotency-key-reused` when the key came with another one.
   */
  async claim(manager: EntityManager, context: ActContext): Promise<{ readonly result: Json } | undefined> {
    const { idempotency } = context;
    if (idempotency === undefined) return undefined;
    const row = [sha256(idempotency.key), ownerOf(context)];
    const inserted: unknown[] = await manager.query(
      `INSERT INTO platform.idempotency (key_digest, owner, action) VALUES ($1, $2, $3)
       ON CONFLICT (key_digest, owner) DO NOTHING RETURNING key_digest`,
      [...row, context.action],
    );
    if (inserted.length === 1) return undefined;
    const [earlier]: { sealed: SealedBox | null }[] = await manager.query(
      'SELECT sealed FROM platform.idempotency WHERE key_digest = $1 AND owner = $2',
      row,
    );
    const kept = earlier?.sealed == null ? undefined : this.sealer.open(boundTo(row), earlier.sealed);
    if (kept?.['request'] !== idempotency.digest) throw refuse('http.idempotency-key-reused', { key: idempotency.key });
    return { result: kept['answer'] ?? null };
  }

  /** In the act's own transaction: the answer is there when, and only when, the act is done. */
  async keep(manager: EntityManager, context: ActContext, answer: unknown): Promise<void> {
    const { idempotency } = context;
    if (idempotency === undefined) return;
    const row = [sha256(idempotency.key), ownerOf(context)];
    const content = JSON.parse(JSON.stringify({ request: idempotency.digest, answer: answer ?? null })) as JsonObject;
    await manager.query('UPDATE platform.idempotency SET sealed = $3 WHERE key_digest = $1 AND owner = $2', [
      ...row,
      JSON.stringify(this.sealer.seal(boundTo(row), content)),
    ]);
  }
}

const ownerOf = (context: ActContext): string =>
  context.actor.kind === 'person' ? context.actor.personId : `system:${context.actor.component}`;
/** A sealed answer stands for its own row alone. */
const boundTo = (row: readonly string[]): string => `answer ${row.join(' ')}`;
