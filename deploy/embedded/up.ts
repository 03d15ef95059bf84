import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { profileHome } from './profile/home.js';
import { startEmbedded } from './profile/embedded.js';
import { explainFailure } from './profile/failures.js';
import { samplePeople } from './samples/people.js';
import { progressLine } from './tools/index.js';

const help = `npm run up [-- --dir FOLDER] [--log-level LEVEL]

Starts the embedded profile for use and stays until Ctrl-C: API, worker and operator in one process over PostgreSQL, an OIDC issuer
and a Kubernetes control plane, all on loopback. A second start finds its data again.

  --dir FOLDER        where everything is kept (default: ${profileHome('up')})
  --log-level LEVEL   silent, error, warn (default), info or debug
`;

const { values } = parseArgs({
  options: { dir: { type: 'string' }, 'log-level': { type: 'string', default: 'warn' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help === true) {
  process.stdout.write(help);
  process.exit(0);
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stopping = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
try {
  const installation = await startEmbedded({
    dir: values.dir ?? profileHome('up'),
    report: (progress) => say(progressLine(progress)),
    say: (what) => say(`ready: ${what}`),
    logLevel: values['log-level'] as 'warn',
  });
  say(`\nAPI      ${installation.url}/api/v1   (OpenAPI: ${installation.url}/api/v1/openapi.json)`);
  say(`issuer   ${installation.issuer}`);
  say('\nSign in with `npx opdomain login`, or as one of these people at the issuer:');
  for (const person of samplePeople)
    say(`  ${person.subject.padEnd(6)} ${await installation.passcode(person.subject)}  ${person.name} · ${person.title}`);
  say('\nCtrl-C stops everything.');
  await stopping;
  say('stopping');
  await installation.stop();
  process.exit(0);
} catch (fault) {
  process.exit(explainFailure(fault));
}
