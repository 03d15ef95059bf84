import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';

export interface Source {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.(spec|fixture)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

/** The product's own sources, without tests. */
export const sources: readonly Source[] = ['libs', 'apps']
  .flatMap((folder) => filesBelow(join(projectRoot, folder)))
  .map((path) => ({ path: relative(projectRoot, path), text: readFileSync(path, 'utf8') }));

/** What `prefix.${…}` in a source begins with: actions that are named after a state. */
export const prefixesIn = (text: string): string[] => [...text.matchAll(/`([a-z][a-z-]*\.)\$\{/g)].map((match) => match[1] ?? '');

/** Every quoted word of a source. */
export const wordsIn = (text: string): string[] => [...text.matchAll(/['"`]([a-z][a-z0-9.-]*)['"`]/g)].map((match) => match[1] ?? '');
