import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Json } from '#kernel';
import type { ChildFrame } from './frames.js';
import type { EngineCause, EngineJob, EngineProgress, StepResult } from './job.js';
import { killGroup } from './launcher.js';
import { engineRefusals } from './refusals.js';

/** What the child said, once it ended. */
export interface Heard {
  done: boolean;
  cause?: EngineCause;
  /** Bytes of its spill, when it last said so. */
  spilled: number;
  results(): StepResult[];
}

/** More than any run of ours hands back. */
const mostHeard = 256 * 1024 * 1024;

/** What the child says is not trusted: a run that took it over may neither fill this process nor pass values on as a cause. */
export function listen(child: ChildProcess, job: EngineJob, onProgress?: (progress: EngineProgress) => void): Heard {
  const results: StepResult[] = [];
  let rows: Json[][] = [];
  let bytes = 0;
  const heard: Heard = { done: false, spilled: 0, results: () => results };
  const take = (frame: ChildFrame): void => {
    if (frame.t === 'done') heard.done = true;
    else if (frame.t === 'failed') heard.cause = credible(frame.cause);
    else if (!Number.isInteger(frame.step) || frame.step < 0 || frame.step >= job.steps.length) return;
    else if (frame.t === 'rows') rows.push(...(frame.rows as Json[][]));
    else if (frame.t === 'step') {
      results[frame.step] = frame.result.kind === 'rows' ? { ...frame.result, rows } : frame.result;
      rows = [];
      onProgress?.({ step: frame.step + 1, steps: job.steps.length });
    } else {
      if (Number.isSafeInteger(frame.spilled)) heard.spilled = Math.max(0, frame.spilled);
      onProgress?.({ step: frame.step, steps: job.steps.length, ...(frame.percent === undefined ? {} : { percent: frame.percent }) });
    }
  };
  const said = child.stdio[3] as Readable;
  said.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > mostHeard) killGroup(child);
  });
  createInterface({ input: said }).on('line', (line) => {
    try {
      take(JSON.parse(line) as ChildFrame);
    } catch {
      // A line cut off by a kill: the outcome is decided by how the process ended.
    }
  });
  return heard;
}

/** A cause of the catalogue's codes, with a class of error and places; anything else is a process that was lost. */
export function credible({ code, kind, step, line, column }: EngineCause): EngineCause {
  if (!Object.hasOwn(engineRefusals, code)) return { code: 'engine.process-lost' };
  const figure = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 1_000_000;
  return {
    code,
    ...(typeof kind === 'string' && /^[A-Z][A-Za-z_ ]{1,30}$/.test(kind) ? { kind } : {}),
    ...(figure(step) ? { step } : {}),
    ...(figure(line) ? { line } : {}),
    ...(figure(column) ? { column } : {}),
  };
}
