import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { readConfig } from './config.js';
import { contexts } from './contexts.js';
import { installSchema } from './install-schema.js';

/**
 * Migrations run by themselves, as the owner, before a roll-out: `node dist/apps/composition/migrate.js --config FILE [--owner URLFILE]`.
 * Afterwards each process's role holds exactly what is declared.
 */
const { values } = parseArgs({ args: process.argv.slice(2), options: { owner: { type: 'string' } }, strict: false });
const owner = typeof values.owner === 'string' ? ['--set', `database.ownerUrlFile=${values.owner}`] : [];
const ran = await installSchema(readConfig([...process.argv.slice(2), ...owner], process.env), contexts);
process.stdout.write(ran.length === 0 ? 'the schema is up to date\n' : ran.map((name) => `ran ${name}\n`).join(''));
