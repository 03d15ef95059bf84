import type { Command } from 'commander';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';

const details = `
Runs on the machine of the installation, after the migrations and before anyone signs in: it writes to the database that the configuration
names. The file (YAML or JSON) names three people by their subject at the OIDC issuer, and the first authority with two of its people if
there is one yet:

  organisation: { name: …, creditCode: … }
  administrators:
    - { name: …, subject: …, role: platform-operator }
    - { name: …, subject: …, role: security-admin }
    - { name: …, subject: …, role: audit-admin }
  authority: { name: …, creditCode: …, region: …, people: [{ name: …, subject: … }, { name: …, subject: … }] }

It works once. Everyone after that is proposed by one person and confirmed by another (opdomain role-proposal propose --help).`;

const endings = {
  configuration: exitCodes.usage,
  away: exitCodes.unreachable,
  refused: exitCodes.refused,
  fault: exitCodes.fault,
} as const;

interface BootstrapOptions {
  readonly config: string;
  readonly set: readonly string[];
}

export function addBootstrap(program: Command, terminal: Terminal): void {
  program
    .command('bootstrap')
    .argument('<file>', 'the first people')
    .description('make the first administrators of an installation, once 初始化首批管理员')
    .requiredOption('-c, --config <file>', 'configuration of the installation')
    .option('--set <path=value>', 'one setting of it; may be given several times', (value, before: string[]) => [...before, value], [])
    .addHelpText('after', details)
    .action(async (file: string, options: BootstrapOptions) => {
      const { bootstrapFrom } = await import('../../composition/bootstrap.js');
      const argv = ['--config', options.config, ...options.set.flatMap((one) => ['--set', one])];
      try {
        await bootstrapFrom(argv, {}, file);
      } catch (fault) {
        const { endingOf } = await import('../../composition/ending.js');
        const { why, said } = endingOf(fault, terminal.language);
        throw new CommandEnded(endings[why], said);
      }
      terminal.out(pick(terminal, '首批人员已登记。\n', 'the first people are registered\n'));
    });
}
