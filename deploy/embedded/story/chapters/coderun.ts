import type { CodeRunView, CodeSubmissionView } from '#coderuns/contract';
import type { z } from 'zod';
import type { Teller } from '../teller.js';
import { UnexpectedAnswer } from '../waits.js';
import type { World } from '../world.js';

type Submission = z.output<typeof CodeSubmissionView>;
type Run = z.output<typeof CodeRunView>;

const statistics = `SELECT "参保类型" AS insurance, "性别" AS sex, count(*) AS people
FROM residents GROUP BY 1, 2 HAVING count(*) >= 20 ORDER BY 1, 2`;
/** What nobody should let out: rows of the source as they stand. */
const rawRows = `SELECT "姓名", "公民身份号码", "手机号码", "户籍地址" FROM residents ORDER BY "人员编号" LIMIT 100`;

/** Statistics that say whose they are by a number of the body that gave the data. */
const labelled = `SELECT '11330000002482133H' AS source, "参保类型" AS insurance, "性别" AS sex, count(*) AS people
FROM residents GROUP BY 1, 2, 3 HAVING count(*) >= 20 ORDER BY 2, 3`;
/** A total that looks like any other, and is of numbers by which people are called. */
const ofIdentifiers = `SELECT "性别" AS sex, sum(CAST("手机号码" AS HUGEINT)) AS total FROM residents GROUP BY 1`;

/** What one person earns, as a count of those of a name who earn so much. */
const onePerson = `SELECT count(*) AS n FROM residents WHERE "姓名" = '王伟'`;

/** Code that people reviewed runs unattended over the approved fields; its result, log and errors go into quarantine. */
export async function codeRunChapter(teller: Teller, world: World): Promise<void> {
  await teller.step('training on raw data refused; code tried on the sample, reviewed by its digest', async () => {
    const train = await submit(world, 'train', '在原始数据上训练', statistics);
    const submission = await submit(world, 'run', '参保类型与性别统计', statistics);
    world.remember('statistics', submission.id);
    const early = await world.as('li').refusedAny('POST', '/code-runs', { submissionId: submission.id });
    const trial = await world.as('li').post<Run>(`/code-submissions/${submission.id}/trials`, {});
    const tried = await finished(world, trial.id);
    assertEnded(tried, 'succeeded');
    await review(world, train);
    const training = await world.as('li').refusedAny('POST', '/code-runs', { submissionId: train.id });
    await review(world, submission);
    return {
      submission: submission.id,
      digest: submission.digest,
      trial: `${tried.state}, ${String(tried.rows)} rows of the sample`,
      'before its review': early.code,
      'training on raw data': training.code,
    };
  });

  await teller.step('reviewed code run unattended in prod, result into quarantine', async () => {
    const run = await finished(world, (await world.as('li').post<Run>('/code-runs', { submissionId: world.id('statistics') })).id);
    assertEnded(run, 'succeeded');
    world.remember('good-run', run.id);
    return { run: run.id, code: run.codeDigest, engine: run.engine, 'rows shown to the developer': run.rows };
  });

  await teller.step(
    'code that asks for a certain person refused; a failure says its typed cause, never a value nor where it stood',
    async () => {
      const single = await world.as('li').refusedAny('POST', '/code-submissions', asked(world, 'run', '查一个人', onePerson));
      const broken = await submit(world, 'run', '类型错误', `SELECT count(*) AS n\nFROM residents\nWHERE CAST("参保类型" AS INTEGER) > 3`);
      await review(world, broken);
      const run = await finished(world, (await world.as('li').post<Run>('/code-runs', { submissionId: broken.id })).id);
      assertEnded(run, 'failed');
      const raw = await submit(world, 'run', '明细', rawRows);
      await review(world, raw);
      const taken = await finished(world, (await world.as('li').post<Run>('/code-runs', { submissionId: raw.id })).id);
      assertEnded(taken, 'succeeded');
      world.remember('raw-run', taken.id);
      return { 'a person by name': single.code, run: run.id, cause: run.cause, 'a run that takes rows': taken.state };
    },
  );

  await teller.step('a result that is another when identifiers are replaced is vetoed by the run itself', async () => {
    const summed = await submit(world, 'run', '号码合计', ofIdentifiers);
    await review(world, summed);
    const run = await finished(world, (await world.as('li').post<Run>('/code-runs', { submissionId: summed.id })).id);
    assertEnded(run, 'failed');
    if (run.cause?.code !== 'coderuns.interference')
      throw new UnexpectedAnswer(`expected an interference; it was ${run.cause?.code ?? 'none'}`);
    const code = await submit(world, 'run', '参保结构统计（含来源）', labelled);
    await review(world, code);
    const good = await finished(world, (await world.as('li').post<Run>('/code-runs', { submissionId: code.id })).id);
    assertEnded(good, 'succeeded');
    world.remember('labelled-run', good.id);
    return { run: run.id, cause: run.cause };
  });
}

const asked = (world: World, purpose: 'run' | 'train', title: string, sql: string) => ({
  scenarioId: world.id('scenario'),
  purpose,
  language: 'sql',
  title,
  sql,
  inputs: [{ copyId: world.id('residents-copy'), as: 'residents' }],
});
const submit = (world: World, purpose: 'run' | 'train', title: string, sql: string): Promise<Submission> =>
  world.as('li').post<Submission>('/code-submissions', asked(world, purpose, title, sql));

const review = (world: World, submission: Submission): Promise<Submission> =>
  world.as('feng').post<Submission>(`/code-submissions/${submission.id}/reviews`, {
    verdict: 'approve',
    digest: submission.digest,
    reasons: '代码与场景一致，逐行核对',
  });

function assertEnded(run: Run, state: Run['state']): void {
  if (run.state !== state)
    throw new UnexpectedAnswer(`expected the run to end ${state}; it ended ${run.state} (${run.cause?.code ?? 'no cause'})`);
}

const finished = (world: World, id: string): Promise<Run> =>
  world.until(
    'the code run to end',
    async (saw) => {
      const run = await world.as('li').get<Run>(`/code-runs/${id}`);
      saw(run.state);
      return ['succeeded', 'failed', 'cancelled'].includes(run.state) ? run : undefined;
    },
    180,
  );
