import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { opdomainConfig } from '../../apps/composition/config.js';
import { contexts } from '../../apps/composition/contexts.js';
import { openPlatform } from '../../apps/composition/platform.js';
import { startOperator } from '../../apps/operator/app.js';
import { startWorker } from '../../apps/worker/app.js';
import { heldContext } from './held-lanes.js';
import { profile } from './profile.js';

/** Worker or operator as a process of its own, as they are installed, with the configuration in a file; ends with whoever started it. */
const applications = { worker: startWorker, operator: startOperator };
const [, , application = '', file = '', contextNames = ''] = process.argv;
if (application !== 'worker' && application !== 'operator') throw new Error(`there is no application ${application} to start here`);
const config = opdomainConfig.parse(JSON.parse(await readFile(file, 'utf8')));
const names = new Set(contextNames.split(','));
const platform = await openPlatform(
  config,
  [...contexts, heldContext].filter(({ name }) => names.has(name)),
  application,
);
const stop = await applications[application](platform);
let write: ReturnType<typeof profile> | undefined;
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line === 'profile') write = profile();
  else void write?.then((end) => end(line));
});
lines.once('close', () => {
  void stop()
    .then(() => platform.close())
    .finally(() => process.exit(0));
});
