import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { framed, type ChildFrame } from './frames.js';
import { credible, listen } from './hearing.js';
import type { EngineCause, EngineJob } from './job.js';

describe('what the engine’s process says of its failure', () => {
  it('is passed on by code, class and place', () => {
    const cause: EngineCause = { code: 'engine.sql-error', kind: 'Conversion', step: 1, line: 2, column: 7 };
    expect(credible(cause)).toEqual(cause);
    expect(credible({ code: 'engine.statement-not-allowed', kind: 'CREATE_FUNC' })).toEqual({
      code: 'engine.statement-not-allowed',
      kind: 'CREATE_FUNC',
    });
  });

  it('carries no value, whoever speaks [DES-01]', () => {
    const forged = {
      code: 'engine.sql-error',
      kind: '13812345678',
      line: '张三',
      column: 13812345678,
      more: 'raw',
    } as unknown as EngineCause;
    expect(credible(forged)).toEqual({ code: 'engine.sql-error' });
    for (const kind of ['Conversion of Zhang San', 'CREATE_FUNC', 'conversion', 'Wang Wei'])
      expect(credible({ code: 'engine.sql-error', kind })).toEqual({ code: 'engine.sql-error' });
    expect(credible({ code: '张三 13812345678' as EngineCause['code'] })).toEqual({ code: 'engine.process-lost' });
  });
});

describe('what the engine’s process says', () => {
  const job = { steps: [{ kind: 'sql', sql: 'SELECT 1', result: { rows: 1 } }] } as unknown as EngineJob;
  const rows: ChildFrame = { t: 'rows', step: 0, rows: [['a\u2028b']] };
  const step: ChildFrame = { t: 'step', step: 0, result: { kind: 'rows', columns: [], truncated: false } };
  const done: ChildFrame = { t: 'done' };
  /** A real process that writes these bytes where an engine's process writes its frames. */
  async function hear(...said: readonly Buffer[]) {
    const bytes = JSON.stringify(Buffer.concat(said).toString('base64'));
    const script = `require('fs').writeSync(3, Buffer.from(${bytes}, 'base64'))`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true });
    const heard = listen(child, job);
    await once(child, 'close');
    return heard;
  }

  it('is heard whole when a value holds what ends a line', async () => {
    const heard = await hear(framed(rows), framed(step), framed(done));
    expect(heard).toMatchObject({ done: true, unreadable: false });
    expect(heard.results()[0]).toMatchObject({ rows: [['a\u2028b']] });
  });

  it('counts for nothing when any of it cannot be read, or a step is missing [DES-04]', async () => {
    const unknown = framed({ t: 'else', step: 0 } as unknown as ChildFrame);
    const beyond = framed({ t: 'rows', step: 7, rows: [] });
    for (const said of [
      [framed(rows), Buffer.from('\0\0\0\u0003{"'), framed(step)],
      [framed(rows), unknown, framed(step)],
      [beyond],
      [framed(done)],
    ])
      expect(await hear(...said, framed(done))).toMatchObject({ unreadable: true });
  });
});
