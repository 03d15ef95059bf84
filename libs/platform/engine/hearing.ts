import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Json } from '#kernel';
import { isErrorKind } from './error-kinds.js';
import { FrameReader, type ChildFrame } from './frames.js';
import type { EngineCause, EngineJob, EngineProgress, StepResult } from './job.js';
import { killGroup } from './launcher.js';
import { engineRefusals } from './refusals.js';

/** What the child said, once it ended. */
export interface Heard {
  done: boolean;
  cause?: EngineCause;
  /** It said something that is no frame of ours: nothing that it said counts. */
  unreadable: boolean;
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
  const heard: Heard = { done: false, unreadable: false, spilled: 0, results: () => results };
  const take = (frame: ChildFrame): boolean => {
    if (frame.t === 'done') {
      heard.done = job.steps.every((_, i) => results[i] !== undefined);
      return heard.done;
    }
    if (frame.t === 'failed') {
      heard.cause = credible(frame.cause);
      return true;
    }
    if (!Number.isInteger(frame.step) || frame.step < 0 || frame.step >= job.steps.length) return false;
    if (frame.t === 'rows') {
      if (!Array.isArray(frame.rows)) return false;
      for (const row of frame.rows) rows.push(row as Json[]);
    } else if (frame.t === 'step') {
      results[frame.step] = frame.result.kind === 'rows' ? { ...frame.result, rows } : frame.result;
      rows = [];
      onProgress?.({ step: frame.step + 1, steps: job.steps.length });
    } else {
      if ((frame.t as string) !== 'progress') return false;
      if (Number.isSafeInteger(frame.spilled)) heard.spilled = Math.max(0, frame.spilled);
      onProgress?.({ step: frame.step, steps: job.steps.length, ...(frame.percent === undefined ? {} : { percent: frame.percent }) });
    }
    return true;
  };
  const lost = (): void => {
    heard.unreadable = true;
    killGroup(child);
  };
  const reader = new FrameReader(mostHeard, (message) => take(message as ChildFrame), lost);
  const said = child.stdio[3] as Readable;
  said.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > mostHeard) killGroup(child);
    else reader.push(part);
  });
  // What a kill cut off is decided by how the process ended; after `done` there is nothing more to say.
  said.once('end', () => (heard.unreadable ||= heard.done && !reader.complete));
  return heard;
}

/** A cause of the catalogue's codes, with a class of error and places; anything else is a process that was lost. */
export function credible({ code, kind, step, line, column }: EngineCause): EngineCause {
  if (!Object.hasOwn(engineRefusals, code)) return { code: 'engine.process-lost' };
  const figure = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 1_000_000;
  return {
    code,
    ...(isErrorKind(code, kind) ? { kind } : {}),
    ...(figure(step) ? { step } : {}),
    ...(figure(line) ? { line } : {}),
    ...(figure(column) ? { column } : {}),
  };
}
