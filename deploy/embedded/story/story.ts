import type { Installation } from '../profile/embedded.js';
import { castChapter } from './chapters/cast.js';
import { Teller, type StoryReport } from './teller.js';
import { World } from './world.js';

export interface StoryOptions {
  /** Folder for what people take home. */
  readonly folder: string;
  readonly residents: number;
  readonly adultFile: string | undefined;
  readonly print: (line: string) => void;
  /** Milliseconds that the start took; the first step of the report. */
  readonly startedIn: number;
}

/** The main job, told over HTTP as its people do it; the same for every installation. */
export async function tellStory(installation: Installation, options: StoryOptions): Promise<StoryReport> {
  const teller = new Teller(options.print);
  const world = new World(installation, options.folder, options.residents, options.adultFile);
  await teller.step('start', () =>
    Promise.resolve({ url: installation.url, kubernetes: installation.kubernetes, startMs: options.startedIn }),
  );
  await castChapter(teller, world);
  return { ok: teller.ok, steps: teller.steps, receipt: world.receipt ?? null, certificate: world.certificate ?? null };
}
