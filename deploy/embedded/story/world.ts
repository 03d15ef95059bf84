import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installation } from '../profile/embedded.js';
import { samplePeople, type SampleOrganisation } from '../samples/people.js';
import type { SignedDocument } from '#kernel';
import { Caller } from './client.js';
import { until, type BeforeWait, type Saw } from './waits.js';

/** What the story knows as it goes on: who is who, and the ids of what came to be. */
export class World {
  readonly callers: ReadonlyMap<string, Caller>;
  readonly organisations = new Map<SampleOrganisation, string>();
  readonly people = new Map<string, string>();
  /** The receipt of the revocation and the certificate of destruction, as they were handed out. */
  receipt: unknown;
  certificate: unknown;
  /** Ids by the name that the story gives them, e.g. `authorisation`. */
  private readonly ids = new Map<string, string>();

  constructor(
    readonly installation: Installation,
    /** Folder for what people take home: downloads and proofs. */
    readonly folder: string,
    /** Rows of residents that are generated. */
    readonly residents: number,
    private readonly beforeWait?: BeforeWait,
    /** How much longer than usual people wait, and for how long they ask again where nobody answers. */
    private readonly patienceSeconds = 0,
  ) {
    const caller = (subject: string): Caller => new Caller(installation, subject, patienceSeconds * 1000);
    this.callers = new Map(samplePeople.map(({ subject }) => [subject, caller(subject)]));
  }

  /** Whether people try again what breaks off. */
  get patient(): boolean {
    return this.patienceSeconds > 0;
  }

  /** Waits for a condition, at most so many seconds (60). @throws UnexpectedAnswer naming it. */
  until<T>(condition: string, look: (saw: Saw) => Promise<T | undefined | false>, seconds = 60): Promise<T> {
    return until(condition, look, { seconds: seconds + this.patienceSeconds, beforeWait: this.beforeWait });
  }

  as(subject: string): Caller {
    const caller = this.callers.get(subject);
    if (caller === undefined) throw new Error(`nobody is called ${subject}`);
    return caller;
  }

  organisation(name: SampleOrganisation): string {
    return must(this.organisations.get(name), `organisation ${name}`);
  }
  person(subject: string): string {
    return must(this.people.get(subject), `person ${subject}`);
  }
  remember(name: string, id: string): void {
    this.ids.set(name, id);
  }
  id(name: string): string {
    return must(this.ids.get(name), name);
  }
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the story has no ${what} yet`);
  return value;
}

/** The day so many days from now, `YYYY-MM-DD`. */
export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Takes a document home, as its receiver would. @returns the file's path. */
export async function keep(world: World, name: string, document: unknown): Promise<string> {
  const path = join(world.folder, name);
  await writeFile(path, `${JSON.stringify(document, null, 2)}\n`);
  return path;
}

/** Takes a signed document home once it is final: with its proof, and waiting for nothing more. */
export async function takeHome<T extends SignedDocument>(world: World, subject: string, path: string, name: string): Promise<T> {
  const document = await world.until(`the ${name} to be final`, async (saw) => {
    const now = await world.as(subject).get<T>(path);
    saw(`a document that waits for ${now.waiting?.for ?? 'nothing and has no proof'}`);
    return now.inclusion !== undefined && now.waiting === undefined && now;
  });
  await keep(world, `${name}.json`, document);
  return document;
}
