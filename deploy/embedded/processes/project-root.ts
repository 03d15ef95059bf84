import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of package.json, the same whether this file runs from the sources or from dist. */
export const projectRoot: string = (() => {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`No package.json above ${import.meta.dirname}`);
  }
})();
