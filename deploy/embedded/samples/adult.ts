/** Fields of the UCI Adult census extract (Becker and Kohavi 1996, CC BY 4.0), as its provider registers them. */
export const adultFields = [
  { name: 'sex', type: 'text', class: 'personal', grade: 'L1', sensitiveType: 'none' },
  { name: 'age', type: 'integer', class: 'personal', grade: 'L2', sensitiveType: 'none' },
  { name: 'race', type: 'text', class: 'personal', grade: 'L2', sensitiveType: 'none' },
  { name: 'marital-status', type: 'text', class: 'personal', grade: 'L2', sensitiveType: 'none' },
  { name: 'education', type: 'text', class: 'personal', grade: 'L1', sensitiveType: 'none' },
  { name: 'native-country', type: 'text', class: 'personal', grade: 'L2', sensitiveType: 'none' },
  { name: 'workclass', type: 'text', class: 'personal', grade: 'L1', sensitiveType: 'none' },
  { name: 'occupation', type: 'text', class: 'personal', grade: 'L1', sensitiveType: 'none' },
  { name: 'salary-class', type: 'text', class: 'personal', grade: 'L2', sensitiveType: 'none' },
] as const;

const levels: readonly (readonly string[])[] = [
  ['Male', 'Female'],
  [],
  ['White', 'Black', 'Asian-Pac-Islander', 'Other'],
  ['Never-married', 'Married-civ-spouse', 'Divorced', 'Widowed'],
  ['Bachelors', 'HS-grad', 'Some-college', 'Masters', '11th'],
  ['United-States', 'Mexico', 'Philippines', 'Germany'],
  ['Private', 'State-gov', 'Self-emp-not-inc', 'Federal-gov'],
  ['Adm-clerical', 'Exec-managerial', 'Sales', 'Craft-repair'],
  ['<=50K', '>50K'],
];

/** Rows of the extract's shape, made up, for machines that do not have the extract; the same for the same number. */
export function adultSample(rows: number): Buffer {
  let state = 19_960_501;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
  const lines = [adultFields.map((field) => field.name).join(';')];
  for (let row = 0; row < rows; row += 1)
    lines.push(levels.map((values) => (values.length === 0 ? String(17 + next(73)) : (values[next(values.length)] ?? ''))).join(';'));
  return Buffer.from(`${lines.join('\n')}\n`);
}
