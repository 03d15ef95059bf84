import { newId, type Actor, type Digest, type Id } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Plan } from '../contract.js';
import type { Choice } from './anonymity/choice.js';
import { assertNotOfUnit, previewable, shownLoss, standingLoss, type LossPreview } from './loss-preview.js';

const choiceOf = (rows: number, suppressed: number, loss: number): Choice => ({
  ...{ rows, least: true, judged: 12, node: [1, 1], losses: [[0, loss], [0, loss]] }, // prettier-ignore
  climbing: [
    { ...made('年龄'), rungs: [{ rung: 'made' }, { rung: 'floor', width: '0.5' }] },
    { ...made('地址'), rungs: [{ rung: 'made' }, { rung: 'coarser', to: { by: 'address', level: 'city' } }] },
  ],
  measured: { suppressed, loss, node: [1, 1], reached: true, amiss: 0, hopeless: false, ncp: loss, discernibility: 0, classes: 3 },
});
const made = (column: string) => ({
  ...({ column, sqlType: 'VARCHAR', raw: 'x', made: 'x', rawType: 'text', type: 'text' } as const),
  decision: { column, sensitiveType: 'none', grade: 'L2', technique: { kind: 'keep' } } as const,
});
const digest: Digest = `sha256:${'0'.repeat(64)}`;
const plan: Plan = { columns: [], singlingOut: { quasiIdentifiers: ['年龄'] } };

describe('what is shown of a loss before a plan is approved', () => {
  it('stands in steps of which none is of fewer than fifty rows, and never says that nobody is rare', () => {
    const rows = fc.integer({ min: 50, max: 10_000_000 });
    const share = fc.nat(10_000).map((parts) => parts / 10_000);
    fc.assert(
      fc.property(rows, share, share, (many, left, loss) => {
        const suppressed = Math.floor(many * left);
        const shown = shownLoss(choiceOf(many, suppressed, loss));
        expect(shown.lossPercent % 5).toBe(0);
        expect(Math.abs(shown.lossPercent - loss * 100)).toBeLessThanOrEqual(2.5);
        expect(shown.leftOutPercent).toBeGreaterThanOrEqual(Math.min(100, Math.max(1, (100 * suppressed) / many - 1e-9)));
        // As many as are shown for this figure are shown for fifty rows fewer or more, up or down to the step.
        const size = shownLoss(choiceOf(many, 0, loss)).leftOutPercent;
        expect((size / 100) * many).toBeGreaterThanOrEqual(Math.min(50, many) - 1e-6);
        expect(shown.leftOutPercent === 100 || shown.leftOutPercent % size === 0).toBe(true);
      }),
    );
  });

  it('names what each field becomes, but not how wide bins are: that comes from the least and the greatest value', () => {
    expect(shownLoss(choiceOf(1000, 3, 0.33)).fields).toEqual([
      { column: '年龄', level: 1, levels: 1, becomes: 'to bins', lossPercent: 35 },
      { column: '地址', level: 1, levels: 1, becomes: 'to address city', lossPercent: 35 },
    ]);
  });

  it('is of the revision as it stands, of a plan that asks for k, and for nobody of the unit', () => {
    const loss: LossPreview = { digest, state: 'measuring' };
    expect(standingLoss({ loss, digest })).toBe(loss);
    expect(standingLoss({ loss, digest: `sha256:${'1'.repeat(64)}` })).toBeUndefined();
    expect(previewable({ state: 'draft', content: plan, digest })).toEqual({ content: plan, digest });
    expect(() => previewable({ state: 'draft', content: { columns: [] }, digest })).toThrow('desensitisation.nothing-to-preview');
    expect(() => previewable({ state: 'withdrawn', content: plan, digest })).toThrow('desensitisation.plan-not-draft');
    const [unitId, other] = [newId(), newId()];
    const personOf = (organisationId: Id, ...organisationIds: Id[]) =>
      ({ kind: 'person', organisationId, organisationIds }) as unknown as Actor;
    expect(() => assertNotOfUnit({ unitId }, personOf(other))).not.toThrow();
    for (const one of [personOf(unitId), personOf(other, unitId)])
      expect(() => assertNotOfUnit({ unitId }, one)).toThrow('desensitisation.loss-not-for-unit');
  });
});
