import { operandsOf } from './shape.js';
import { widthOf, type Expression, type JoinCondition, type Relation } from './tree.js';

/**
 * Conditions of a filter over inner joins go to the join whose sides they compare, or below it to the side that they read alone: the binder
 * leaves `FROM a, b WHERE a.x = b.x` as a filter over everything with everything.
 */
export function withConditionsInPlace(relation: Relation): Relation {
  if (relation.is !== 'filter' || relation.from.is !== 'join' || relation.from.kind !== 'INNER') return relation;
  const { left, right, on } = relation.from;
  const leftWidth = widthOf(left);
  const [toLeft, toRight, staying]: [Expression[], Expression[], Expression[]] = [[], [], []];
  const joining: JoinCondition[] = [...on];
  for (const condition of relation.where.flatMap(conjuncts)) {
    const sides = sidesOf(condition, leftWidth);
    if (sides === 'left') toLeft.push(condition);
    else if (sides === 'right') toRight.push(shifted(condition, -leftWidth));
    else if (
      condition.is === 'compare' &&
      sidesOf(condition.of[0], leftWidth) === 'left' &&
      sidesOf(condition.of[1], leftWidth) === 'right'
    )
      joining.push({ left: condition.of[0], by: condition.by, right: shifted(condition.of[1], -leftWidth) });
    else if (
      condition.is === 'compare' &&
      sidesOf(condition.of[1], leftWidth) === 'left' &&
      sidesOf(condition.of[0], leftWidth) === 'right'
    )
      joining.push({ left: condition.of[1], by: turned[condition.by], right: shifted(condition.of[0], -leftWidth) });
    else staying.push(condition);
  }
  const join: Relation = { ...relation.from, left: filtered(left, toLeft), right: filtered(right, toRight), on: joining };
  return staying.length === 0 ? join : { is: 'filter', from: join, where: staying };
}
const filtered = (from: Relation, where: readonly Expression[]): Relation =>
  where.length === 0 ? from : withConditionsInPlace({ is: 'filter', from, where });

const turned = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  'IS NOT DISTINCT FROM': 'IS NOT DISTINCT FROM',
  'IS DISTINCT FROM': 'IS DISTINCT FROM',
} as const;

const conjuncts = (of: Expression): readonly Expression[] => (of.is === 'logic' && of.by === 'AND' ? of.of.flatMap(conjuncts) : [of]);

function sidesOf(of: Expression, leftWidth: number): 'left' | 'right' | 'both' | 'neither' {
  const positions = columnsOf(of);
  const [lefts, rights] = [positions.some((at) => at < leftWidth), positions.some((at) => at >= leftWidth)];
  return lefts ? (rights ? 'both' : 'left') : rights ? 'right' : 'neither';
}
const columnsOf = (of: Expression): readonly number[] => (of.is === 'column' ? [of.at] : operandsOf(of).flatMap(columnsOf));

/** The same expression where its columns stand elsewhere. */
export function shifted(of: Expression, by: number): Expression {
  switch (of.is) {
    case 'column':
      return { is: 'column', at: of.at + by };
    case 'constant':
      return of;
    case 'cast':
      return { ...of, of: shifted(of.of, by) };
    case 'compare':
      return { ...of, of: [shifted(of.of[0], by), shifted(of.of[1], by)] };
    case 'call':
    case 'logic':
      return { ...of, of: of.of.map((one) => shifted(one, by)) };
    case 'case':
      return {
        ...of,
        when: of.when.map(([when, then]) => [shifted(when, by), shifted(then, by)] as const),
        otherwise: shifted(of.otherwise, by),
      };
  }
}
