import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSeparate, type SeparateInstallation } from '../../deploy/embedded/profile/separate.js';
import { tellStory } from '../../deploy/embedded/story/story.js';
import type { StoryReport } from '../../deploy/embedded/story/teller.js';
import { progressLine } from '../../deploy/embedded/tools/index.js';

const missing = process.env['OPDOMAIN_TEST_MISSING'] ?? '';
/** Says why, when this machine cannot run it; a skipped test never counts as passed. */
const describeHere = missing === '' ? describe : describe.skip;

describeHere(`the story on the production side of every port${missing === '' ? '' : ` (skipped: ${missing})`}`, () => {
  let dir = '';
  let installation: SeparateInstallation | undefined;
  let report: StoryReport;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opdomain-e2e-'));
    await chmod(dir, 0o711);
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    installation = await startSeparate({ dir, report: (progress) => say(progressLine(progress)), say });
    report = await tellStory(installation, {
      folder: dir,
      residents: 20_000,
      print: say,
      startedIn: 0,
    });
  }, 900_000);

  afterAll(async () => {
    await installation?.stop();
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  it('goes from authorisation to certified destruction with API, worker and operator as separate processes', () => {
    expect(report.steps.filter((step) => !step.ok)).toEqual([]);
    expect(report.ok).toBe(true);
  });

  it('hands out a receipt and a certificate', () => {
    expect(report.receipt).toMatchObject({ document: expect.anything(), signatures: expect.anything() });
    expect(report.certificate).toMatchObject({ document: expect.anything(), signatures: expect.anything() });
  });
});
