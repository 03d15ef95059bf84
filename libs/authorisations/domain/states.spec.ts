import { describe, expect, it } from '@jest/globals';
import { type Transitions, isFinal, mayMove } from '#kernel';
import fc from 'fast-check';
import { approvalTransitions } from './approval.states.js';
import { authorisationStates, authorisationTransitions } from './authorisation.states.js';
import { dataRequestItemTransitions } from './data-request.states.js';
import { emergencyPlanTransitions } from './emergency-plan.states.js';
import { partnerTransitions } from './partner.states.js';
import { rectificationTransitions } from './rectification.states.js';
import { scenarioTransitions } from './scenario.states.js';
import { stageBodyTransitions } from './stage-body.states.js';
import { suspensionTransitions } from './suspension.states.js';

const tables: Record<string, Transitions<string>> = {
  authorisation: authorisationTransitions,
  scenario: scenarioTransitions,
  dataRequestItem: dataRequestItemTransitions,
  suspension: suspensionTransitions,
  rectification: rectificationTransitions,
  approval: approvalTransitions,
  partner: partnerTransitions,
  emergencyPlan: emergencyPlanTransitions,
  stageBody: stageBodyTransitions,
};

const reachableFrom = (table: Transitions<string>, start: string): Set<string> => {
  const seen = new Set([start]);
  for (const state of seen) for (const next of table[state] ?? []) seen.add(next);
  return seen;
};

describe('state tables', () => {
  it.each(Object.entries(tables))('%s: every state is reached from the first, and each leads to an end', (_name, table) => {
    const states = Object.keys(table);
    const [first] = states;
    expect([...reachableFrom(table, first as string)].sort()).toEqual([...states].sort());
    for (const state of states) expect([...reachableFrom(table, state)].some((each) => isFinal(table, each))).toBe(true);
  });

  it('reaches in-force only through review, publication and signing, whatever the path [AUTH-09] [AUTH-10] [AUTH-13]', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 12 }), { maxLength: 40 }), (choices) => {
        const path: string[] = ['draft'];
        for (const choice of choices) {
          const next = authorisationTransitions[path.at(-1) as keyof typeof authorisationTransitions];
          if (next.length === 0) break;
          path.push(next[choice % next.length] as string);
        }
        const at = path.indexOf('in-force');
        if (at >= 0) expect(path.slice(at - 4, at)).toEqual(['submitted', 'reviewing', 'publicised', 'signed']);
      }),
    );
  });

  it('leaves nothing in force once terminating [TERM-01]', () => {
    for (const state of reachableFrom(authorisationTransitions, 'terminating')) expect(['terminating', 'terminated']).toContain(state);
  });

  it('knows no edge back from rejected or withdrawn', () => {
    for (const state of authorisationStates) {
      expect(mayMove(authorisationTransitions, 'withdrawn', state)).toBe(false);
      expect(mayMove(authorisationTransitions, 'terminated', state)).toBe(false);
    }
  });
});
