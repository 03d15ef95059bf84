import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { CliEnvironment } from '../config/environment.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { serverOf, tokenFor } from '../session/session.commands.js';
import { pick, type Terminal } from '../terminal.js';
import { ApiClient } from './client.js';
import { GoingOn } from './going-on.js';
import { assertSameFile } from './sent-parts.js';
import { formatOf, printTrial, type TrialOptions } from './trial.js';

const tus = { 'tus-resumable': '1.0.0' } as const;
const partBytes = 8 * 1024 * 1024;
const uploads = '/api/v1/uploads';

interface UploadOptions extends TrialOptions {
  readonly server?: string;
  readonly resume?: string;
}

/** Uploads a file by tus 1.0; what a broken line or a process that ends interrupted goes on by itself where the platform stands. */
export function addUpload(program: Command, terminal: Terminal, environment: CliEnvironment): void {
  program
    .command('upload')
    .argument('<file>')
    .description('upload a file, resumable; prints the id that acts take as uploadId 断点续传')
    .option('-s, --server <url>', 'address of the platform')
    .option('--resume <id>', 'go on with an interrupted upload; what was sent is compared with the file first')
    .option('--dry-run <dataset>', 'say how an import into this dataset would read the file, and keep nothing 试读')
    .option('--kind <kind>', 'for a dry run: csv, jsonl, parquet or xlsx; else by the file’s name')
    .option('--encoding <name>', 'utf-8, gb18030, utf-16, utf-16le or utf-16be')
    .option('--delimiter <character>', ', ; | or tab')
    .option('--escape <how>', 'a quote in a quoted cell: quote (twice) or backslash')
    .option('--sheet <name>', 'of a workbook')
    .option('--no-header', 'the first row is data')
    .action(async (file: string, options: UploadOptions) => {
      const server = serverOf(options.server, environment);
      const client = new ApiClient(server, () => tokenFor(server, environment), terminal, environment.patience);
      const handle = await open(file, 'r').catch(() => undefined);
      if (handle === undefined) throw new CommandEnded(exitCodes.usage, `${file}: cannot be read 无法读取`);
      try {
        const found = await handle.stat();
        if (!found.isFile())
          throw new CommandEnded(
            exitCodes.usage,
            pick(
              terminal,
              `${file}: 不是普通文件（目录请逐个文件上传，或先打包为受支持的格式）`,
              `${file}: is no plain file; upload the files of a folder one by one, and write what comes through a pipe to a file first`,
            ),
          );
        const { size } = found;
        if (options.resume !== undefined) await assertSameFile(handle, { size, id: options.resume, client, terminal });
        const id = options.resume ?? (await begin(client, size));
        terminal.err(
          pick(terminal, `上传 ${id};中断后用 --resume ${id} 继续\n`, `upload ${id}; after an interruption go on with --resume ${id}\n`),
        );
        const going = new GoingOn(terminal, environment.patience);
        for (let offset = await going.until(() => offsetOf(client, id)); offset < size;) {
          const part = new Uint8Array(Math.min(partBytes, size - offset));
          const { bytesRead } = await handle.read(part, 0, part.length, offset);
          if (bytesRead === 0) throw new CommandEnded(exitCodes.usage, `${file}: became shorter 文件变短`);
          const headers = { ...tus, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
          const sent = client.send('PATCH', `${uploads}/${id}`, headers, part.subarray(0, bytesRead)).then(() => offset + bytesRead);
          // Where it broke off the platform says how far it came.
          const reached = await sent.catch(async (fault: unknown) => {
            await going.afterwards(fault);
            return going.until(() => offsetOf(client, id));
          });
          if (reached > offset) going.gotOn();
          offset = reached;
          terminal.err(`\r${String(Math.floor((offset / size) * 100))}%`);
        }
        terminal.err('\n');
        if (options.dryRun === undefined) terminal.out(`${id}\n`);
        else await tryOut(client, terminal, id, { datasetId: options.dryRun, format: formatOf(file, options) });
      } finally {
        await handle.close();
      }
    });
}

/** Keeps nothing: the upload is given up whatever the trial says. */
async function tryOut(client: ApiClient, terminal: Terminal, id: string, body: object): Promise<void> {
  try {
    await printTrial(client, terminal, id, body);
  } finally {
    await client.send('DELETE', `${uploads}/${encodeURIComponent(id)}`, tus);
  }
}

async function begin(client: ApiClient, size: number): Promise<string> {
  const created = await client.send('POST', uploads, { ...tus, 'upload-length': String(size) });
  const id = created.headers.get('location')?.split('/').at(-1);
  if (id === undefined) throw new CommandEnded(exitCodes.unreachable, 'no upload was begun 未能开始上传');
  return id;
}

async function offsetOf(client: ApiClient, id: string): Promise<number> {
  const { headers } = await client.send('HEAD', `${uploads}/${encodeURIComponent(id)}`, tus);
  return Number(headers.get('upload-offset') ?? 0);
}
