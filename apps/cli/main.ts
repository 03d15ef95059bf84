#!/usr/bin/env node
import { readEnvironment } from './config/environment.js';
import { runCommand } from './program.js';

const environment = readEnvironment();
process.exitCode = await runCommand(
  process.argv.slice(2),
  {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    language: environment.language,
  },
  environment,
);
