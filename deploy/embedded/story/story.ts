import type { Installation } from '../profile/embedded.js';
import { authorisationChapter } from './chapters/authorisation.js';
import { castChapter } from './chapters/cast.js';
import { pricesChapter, statementChapter } from './chapters/charges.js';
import { codeRunChapter } from './chapters/coderun.js';
import { deliveriesChapter, holdingsChapter } from './chapters/data.js';
import { desensitisationChapter } from './chapters/desensitisation.js';
import { domainChapter } from './chapters/domain.js';
import { exportChapter } from './chapters/export.js';
import { proofsChapter } from './chapters/proofs.js';
import { requestChapter } from './chapters/request.js';
import { revocationChapter } from './chapters/revocation.js';
import { seatChapter } from './chapters/seat.js';
import { suspensionChapter } from './chapters/suspension.js';
import { terminationChapter } from './chapters/termination.js';
import { Teller, type StoryReport } from './teller.js';
import type { BeforeWait } from './waits.js';
import { World } from './world.js';

export interface StoryOptions {
  /** Folder for what people take home. */
  readonly folder: string;
  readonly residents: number;
  readonly print: (line: string) => void;
  /** Milliseconds that the start took; the first step of the report. */
  readonly startedIn: number;
  /** Done while a step runs. */
  readonly meanwhile?: (step: string) => Promise<void>;
  /** Called before each wait with the condition's name; for trying what a story survives. */
  readonly beforeWait?: BeforeWait;
  /** How much longer than usual people wait, and for how long they ask again where nobody answers; 0 where left out. */
  readonly patienceSeconds?: number;
}

/** In the order of the story. */
const chapters = [
  castChapter,
  authorisationChapter,
  pricesChapter,
  domainChapter,
  holdingsChapter,
  requestChapter,
  deliveriesChapter,
  desensitisationChapter,
  seatChapter,
  codeRunChapter,
  exportChapter,
  revocationChapter,
  suspensionChapter,
  terminationChapter,
  statementChapter,
  proofsChapter,
] as const;

/** The main job, told over HTTP as its people do it; the same for every installation. */
export async function tellStory(installation: Installation, options: StoryOptions): Promise<StoryReport> {
  const teller = new Teller(options.print, options.meanwhile);
  const world = new World(installation, options.folder, options.residents, options.beforeWait, options.patienceSeconds);
  await teller.step('start', () =>
    Promise.resolve({ url: installation.url, kubernetes: installation.kubernetes, startMs: options.startedIn }),
  );
  for (const chapter of chapters) await chapter(teller, world);
  return { ok: teller.ok, steps: teller.steps, receipt: world.receipt ?? null, certificate: world.certificate ?? null };
}
