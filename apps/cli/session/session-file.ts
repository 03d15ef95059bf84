import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const session = z.object({
  server: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
});
export type Session = z.output<typeof session>;

/** The sign-in that is kept between commands: one, readable by its owner alone. */
export class SessionFile {
  private readonly path: string;
  constructor(private readonly folder: string) {
    this.path = join(folder, 'session.json');
  }

  read(): Session | undefined {
    try {
      return session.safeParse(JSON.parse(readFileSync(this.path, 'utf8'))).data;
    } catch {
      return undefined;
    }
  }

  write(next: Session): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const whole = `${this.path}.next`;
    writeFileSync(whole, JSON.stringify(next), { mode: 0o600 });
    renameSync(whole, this.path);
  }

  forget(): void {
    rmSync(this.path, { force: true });
  }
}
