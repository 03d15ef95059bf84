import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { CliEnvironment } from '../config/environment.js';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { serverOf, tokenFor } from '../session/session.commands.js';
import { pick, type Terminal } from '../terminal.js';
import { ApiClient } from './client.js';

/** Takes the whole audit log home as files: verify them with keys that you have from elsewhere. */
export function addLogCopy(program: Command, terminal: Terminal, environment: CliEnvironment): void {
  program
    .command('log-copy')
    .argument('<folder>', 'new folder')
    .description('copy the whole audit log under its newest cosigned checkpoint, for opdomain verify 复制审计日志')
    .option('-s, --server <url>', 'address of the platform')
    .action(async (folder: string, options: { readonly server?: string }) => {
      const { bundlePath, parseCheckpoint, parseNote, sm3Path, tilePath, tilesOf } = await import('#audit/offline');
      const server = serverOf(options.server, environment);
      const client = new ApiClient(server, () => tokenFor(server, environment), terminal, environment.patience);
      const fetchBytes = async (path: string) =>
        Buffer.from(await (await client.call({ method: 'GET', path: `/api/v1/audit/${path}` })).arrayBuffer());
      const save = (path: string, bytes: Uint8Array) => {
        const file = join(folder, path);
        try {
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, bytes, { flag: 'wx' });
        } catch {
          throw new CommandEnded(exitCodes.usage, `${file}: cannot be written, or exists already 无法写入或已存在`);
        }
      };
      const note = await fetchBytes('checkpoint?cosigned=true');
      const { size } = parseCheckpoint(parseNote(note.toString('utf8')).text);
      const tiles = tilesOf(size);
      for (const tile of tiles) {
        save(tilePath(tile), await fetchBytes(tilePath(tile)));
        if (tile.level > 0) continue;
        for (const path of [bundlePath(tile.index, tile.width), sm3Path(tile.index, tile.width)]) save(path, await fetchBytes(path));
      }
      save('checkpoint', note);
      terminal.err(
        pick(
          terminal,
          `共 ${String(size)} 条记录;用 opdomain verify ${folder} --key <公钥文件> 验证\n`,
          `${String(size)} entries; verify them with opdomain verify ${folder} --key <keys>\n`,
        ),
      );
    });
}
