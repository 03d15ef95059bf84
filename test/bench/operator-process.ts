import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { opdomainConfig } from '../../apps/composition/config.js';
import { contexts } from '../../apps/composition/contexts.js';
import { openPlatform } from '../../apps/composition/platform.js';
import { startOperator } from '../../apps/operator/app.js';
import { profile } from './profile.js';

/** The operator as a process of its own, with the configuration in a file; ends with whoever started it. */
const config = opdomainConfig.parse(JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')));
const names = new Set((process.argv[3] ?? '').split(','));
const platform = await openPlatform(
  config,
  contexts.filter(({ name }) => names.has(name)),
  'operator',
);
const stop = await startOperator(platform);
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
