import { newId, personOf, regionsOf, type ActContext, type Actor, type Id } from '#kernel';
import { UnitOfWork, type Page, type PageRequest, type Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { personLockChanged, PersonLockView, type LiftPersonLock, type LockPerson } from '../contract.js';
import { assertMayLift, type LockGround } from '../domain/person-lock.js';
import { organisationsAt } from '../domain/personnel.js';
import type { PersonLockRow } from '../persistence/entities.js';
import { PeopleRepository } from '../persistence/people.repository.js';
import { PersonLocksRepository } from '../persistence/person-locks.repository.js';
import { refuse } from '../domain/refusals.js';

type LockAnswer = z.output<typeof PersonLockView>;

/** Keeps a person out, whatever token they bring, until someone entitled lifts the lock with a reason (design §2.14). */
@Injectable()
export class PersonLocks {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly people: PeopleRepository,
    private readonly locks: PersonLocksRepository,
  ) {}

  lock(ctx: ActContext, personId: Id, input: z.output<typeof LockPerson>): Promise<LockAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await this.assertEntitled(tx, personId);
      return lockView(await this.lockIn(tx, personId, input.ground, input.reason));
    });
  }

  /**
   * For a revocation, in its transaction: the caller answers for who may. Locks the person's row, so that whatever rests on the person
   * (a grant, a seat) commits before, or is refused. @throws Refusal `person.not-found`, `identity.own-lock`.
   */
  async lockIn(tx: Tx, personId: Id, ground: LockGround, reason: string): Promise<PersonLockRow> {
    const { actor, at } = tx.context;
    const lockedBy = actor.kind === 'person' ? actor.personId : null;
    if (lockedBy === personId) throw refuse('identity.own-lock');
    await this.people.lock(tx, personId, 'update');
    const row = await this.locks.insert(tx, {
      id: newId(),
      personId,
      state: 'locked',
      ground,
      reason,
      lockedAt: at,
      lockedBy,
      liftedAt: null,
      liftedBy: null,
      liftReason: null,
    });
    await this.changed(tx, row, 'person.locked');
    return row;
  }

  lift(ctx: ActContext, personId: Id, lockId: Id, input: z.output<typeof LiftPersonLock>): Promise<LockAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await this.assertEntitled(tx, personId);
      await this.people.lock(tx, personId, 'update');
      const row = await this.locks.lock(tx, lockId);
      if (row.personId !== personId) throw refuse('person-lock.not-found', { id: lockId });
      const lifter = personOf(ctx.actor).personId;
      assertMayLift(row, lifter, await this.isColleague(tx, personId));
      const lifted = await this.locks.lift(tx, row, { liftedAt: ctx.at, liftedBy: lifter, liftReason: input.reason });
      await this.changed(tx, lifted, 'person.lock-lifted');
      return lockView(lifted);
    });
  }

  list(ctx: ActContext, personId: Id, request: PageRequest): Promise<Page<LockAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      await this.assertEntitled(tx, personId);
      const page = await this.locks.page(tx, personId, request);
      return { items: page.items.map(lockView), next: page.next };
    });
  }

  /** Who of these people is locked, for lists of what they hold. */
  lockedAmong = (tx: Tx, personIds: readonly Id[]): Promise<ReadonlySet<Id>> => this.locks.lockedAmong(tx, personIds);

  /** Every token from before counts no longer: also after a lift, since whoever the lock kept out may have got one meanwhile. */
  private async changed(tx: Tx, row: PersonLockRow, action: 'person.locked' | 'person.lock-lifted'): Promise<void> {
    await tx.bumpEpoch('person', row.personId);
    await tx.record({
      action,
      object: { kind: 'person', id: row.personId },
      reasons: [row.ground],
      details: { lockId: row.id },
      after: lockView(row),
    });
    await tx.publish(personLockChanged, row.personId, { personId: row.personId });
  }

  /** Whether an authority's person would judge one of their own organisation; administrators of the platform judge everybody. */
  private async isColleague(tx: Tx, personId: Id): Promise<boolean> {
    const { actor, at } = tx.context;
    if (isPlatformWide(actor)) return false;
    const own = personOf(actor).organisationIds;
    return organisationsAt(await this.people.facts(tx, personId), at).some((id) => own.includes(id));
  }

  /**
   * Platform-wide roles, or an authority of the region in which the person works today: who merely may see them decides nothing.
   * @throws Refusal `person.not-found`.
   */
  private async assertEntitled(tx: Tx, personId: Id): Promise<void> {
    const facts = await this.people.facts(tx, personId);
    const { actor, at } = tx.context;
    if (isPlatformWide(actor)) return;
    const regions = regionsOf(actor);
    if (!organisationsAt(facts, at).some((id) => regions.includes(id))) throw refuse('person.not-found', { id: personId });
  }
}

const isPlatformWide = (actor: Actor): boolean => actor.kind === 'system' || actor.grants.some(({ scope }) => scope.kind === 'platform');

const lockView = (row: PersonLockRow): LockAnswer => PersonLockView.parse(row);
