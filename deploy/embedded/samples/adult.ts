import { join } from 'node:path';
import { projectRoot } from '../processes/project-root.js';

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

/** The extract itself, kept beside this file in the source tree. */
export const adultFile = join(projectRoot, 'deploy', 'embedded', 'samples', 'adult', 'adult.csv');
