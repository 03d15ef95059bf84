import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';

/** Where the rings leave Jest's JSON; `npm run requirements` reads it. */
export const resultsFolder = join(projectRoot, 'dist', 'test-results');

export interface TestResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'skipped' | 'todo' | 'disabled' | 'focused';
}
interface JestJson {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: TestResult['status'] }[];
  }[];
}

export interface RingResult {
  readonly ring: string;
  readonly passed: number;
  /** Failed tests, and files that could not be run at all. */
  readonly failed: number;
  readonly skipped: number;
  readonly tests: readonly TestResult[];
}

export function readRing(ring: string): RingResult | undefined {
  let json: JestJson;
  try {
    json = JSON.parse(readFileSync(join(resultsFolder, `${ring}.json`), 'utf8')) as JestJson;
  } catch {
    return undefined;
  }
  return {
    ring,
    passed: json.numPassedTests,
    failed: json.numFailedTests + json.numRuntimeErrorTestSuites,
    skipped: json.numPendingTests,
    tests: json.testResults.flatMap((file) => file.assertionResults.map(({ fullName, status }) => ({ name: fullName, status }))),
  };
}

export function readAll(): RingResult[] {
  mkdirSync(resultsFolder, { recursive: true });
  return readdirSync(resultsFolder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readRing(name.replace(/\.json$/, '')) ?? []);
}
