import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { auditProofRefusals } from '#audit/offline';
import { parseVerifierKeys, Refusal, refuserOf, systemClock, type VerifierKey } from '#kernel';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import { type Evidence, readEvidence } from './evidence-file.js';
import { findingOf, kinds, type Verdict } from './verdict.js';
import { verifyAll } from './verify-evidence.js';

const refuse = refuserOf(auditProofRefusals);

const details = `
Files are recognised by their content:
  proof bundle of an entry   JSON from GET /audit-entries/{id}/proof
  receipt, certificate, manifest, audit package   signed JSON documents
  checkpoint                 a signed note; several are checked against one another
  consistency proof          JSON from GET /audit/consistency
  folder                     a copy of the whole log (checkpoint, tile/…, sm3/…)

The key file holds one public key a line (<name>+<id>+<base64>). Get it through a channel that you trust:
keys that come with the files are never trusted.

A cosignature is \`held\` when the witness's key lies with whoever runs the log (it is named under the log's own name), and
\`external\` otherwise: name outside witnesses' keys by what you have from them, not from the platform.

Exit codes: 0 everything verified, 1 something did not, 2 wrong usage or an unreadable file.

Examples:
  opdomain verify receipt.json --key authority.keys
  opdomain verify certificate.json --key authority.keys --final
  opdomain verify ./log-copy kept-checkpoint --key audit-admin.keys --json`;

interface VerifyOptions {
  readonly key: readonly string[];
  readonly json?: boolean;
  readonly final?: boolean;
  readonly external?: boolean;
  readonly sm2?: boolean;
}

export function addVerify(program: Command, terminal: Terminal): void {
  program
    .command('verify')
    .argument('<file...>', 'proofs, documents, checkpoints, or a folder with a copy of the log')
    .description('check evidence offline, from files and public keys alone 离线验证')
    .requiredOption('-k, --key <file>', 'file with trusted public keys; may be given several times', collect)
    .option('--final', 'fail unless cosigned by a trusted witness: receipts and certificates bind only then')
    .option('--external', 'fail unless cosigned by a witness whose key the platform does not hold 须有外部见证人副署')
    .option('--sm2', 'fail unless the checkpoint also carries the SM2 signature of its log 须有 SM2 签名')
    .option('--json', 'print the verdicts as JSON')
    .addHelpText('after', details)
    .action((files: string[], options: VerifyOptions) => {
      const trusted = options.key.flatMap(readKeys);
      const { evidence, unusable } = readAll(files);
      const verdicts = verifyAll(evidence, trusted, systemClock.now()).map((verdict) => demand(verdict, options));
      const ok = verdicts.every((verdict) => verdict.ok);
      terminal.out(
        options.json === true
          ? `${JSON.stringify({ ok: ok && unusable.length === 0, verdicts }, null, 2)}\n`
          : verdicts.map((verdict) => printed(verdict, terminal)).join(''),
      );
      if (!ok) throw new CommandEnded(exitCodes.verificationFailed, pick(terminal, '验证未通过', 'verification failed'));
      if (unusable.length > 0) throw new CommandEnded(exitCodes.usage, unusable.join('\n'));
    });
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** One unreadable file does not hide what the others show. */
function readAll(files: readonly string[]): { evidence: Evidence[]; unusable: string[] } {
  const evidence: Evidence[] = [];
  const unusable: string[] = [];
  for (const file of files) {
    try {
      evidence.push(readEvidence(file));
    } catch (error) {
      if (!(error instanceof CommandEnded)) throw error;
      unusable.push(error.message);
    }
  }
  return { evidence, unusable };
}

function readKeys(file: string): VerifierKey[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CommandEnded(exitCodes.usage, `${file}: cannot be read 无法读取`);
  }
  try {
    const keys = parseVerifierKeys(text);
    if (keys.length > 0) return keys;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { rule, satisfy } = findingOf(error);
    throw new CommandEnded(exitCodes.usage, `${file}: ${rule.en} ${rule['zh-CN']}\n${satisfy.en} ${satisfy['zh-CN']}`);
  }
  throw new CommandEnded(exitCodes.usage, `${file}: holds no key 没有公钥`);
}

/** Holds a verdict to what was asked for beyond being true. */
function demand(verdict: Verdict, options: VerifyOptions): Verdict {
  if (!verdict.ok) return verdict;
  const { final, rests } = verdict;
  const isDocument = verdict.kind === 'document' || verdict.kind === 'audit-package';
  const covered = !isDocument || 'index' in verdict.facts || 'issuedAtIndex' in verdict.facts;
  const why = (found: string) => ({ reason: covered ? found : 'not in the log yet' });
  const missing = [
    ...(options.final === true && final === false ? [refuse('audit.not-final', why('not cosigned'))] : []),
    ...(options.external === true && rests?.external !== true
      ? [refuse('audit.not-external', why(final === false ? 'not cosigned' : 'held cosignatures alone'))]
      : []),
    ...(options.sm2 === true && rests?.sm2 !== true ? [refuse('audit.no-sm2-signature', why('no line of a trusted SM2 key'))] : []),
  ];
  return missing.length === 0 ? verdict : { ...verdict, ok: false, findings: missing.map(findingOf) };
}

function finality({ final, rests }: Verdict, terminal: Terminal): string {
  if (final !== true) return pick(terminal, ',尚未最终生效(无见证人副署)', ', not final yet (no witness has cosigned)');
  return rests?.external === true
    ? pick(terminal, ',已最终生效(外部见证人副署)', ', final (external cosignature)')
    : pick(terminal, ',已最终生效(平台持有的密钥副署)', ', final (held cosignature)');
}

function printed(verdict: Verdict, terminal: Terminal): string {
  const state = verdict.ok ? pick(terminal, '通过', 'verified') : pick(terminal, '未通过', 'FAILED');
  const kind = kinds[verdict.kind][terminal.language];
  const final = verdict.final === undefined || !verdict.ok ? '' : finality(verdict, terminal);
  const lines = [`${verdict.file}: ${kind} ${state}${final}`, ...facts(verdict)];
  const language = terminal.language === 'zh' ? 'zh-CN' : 'en';
  verdict.findings.forEach(({ code, rule, satisfy }, at) => {
    lines.push(`  ${code}: ${rule[language]}`);
    if (verdict.findings[at + 1]?.code !== code) lines.push(`  → ${satisfy[language]}`);
  });
  return `${lines.join('\n')}\n`;
}

const facts = ({ facts: shown }: Verdict): string[] =>
  Object.entries(shown).map(([name, value]) => `  ${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
