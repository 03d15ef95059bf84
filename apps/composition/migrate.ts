import 'reflect-metadata';
import { createDataSource, migrate } from '#platform/database';
import { readConfig } from './config.js';
import { contexts } from './contexts.js';

/** Migrations run by themselves, before a roll-out: `node dist/apps/composition/migrate.js --config FILE`. */
const config = readConfig(process.argv.slice(2), process.env);
const dataSource = await createDataSource(config.database, contexts, 'opdomain-migrate').initialize();
try {
  const ran = await migrate(dataSource, contexts);
  process.stdout.write(ran.length === 0 ? 'the schema is up to date\n' : ran.map((name) => `ran ${name}\n`).join(''));
} finally {
  await dataSource.destroy();
}
