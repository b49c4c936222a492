import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckReport } from '../../../src/views/check-report.ts';
import { type CliOptions, runCli } from '../../journeys/cli.ts';

export type Checked = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Only where a report came. */
  readonly report: CheckReport | undefined;
};

/** Repositories with a work tree, and a TMPDIR of its own in which a check must leave nothing. */
export class HostileWorld {
  readonly dir = mkdtempSync(join(tmpdir(), 'al-hostile-'));
  readonly scratch = join(this.dir, 'tmp');

  constructor() {
    mkdirSync(this.scratch);
    // The sandbox's user must pass.
    for (const each of [this.dir, this.scratch]) chmodSync(each, 0o755);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** One commit for each of `commits`; none: nothing has been committed yet. */
  repository(name: string, ...commits: readonly Readonly<Record<string, string>>[]): string {
    const dir = join(this.dir, name);
    this.git(this.dir, 'init', '-q', '-b', 'main', dir);
    for (const files of commits) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), text);
      }
      this.git(dir, 'add', '-A');
      this.git(dir, 'commit', '-q', '-m', 'test');
    }
    return dir;
  }

  git(cwd: string, ...args: readonly string[]): string {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
    return execFileSync('git', [...identity, ...args], { cwd, env, encoding: 'utf8' }).trim();
  }

  async check(repo: string, args: readonly string[] = [], options: CliOptions = {}): Promise<Checked> {
    const env = { TMPDIR: this.scratch, ...options.env };
    const all = ['check', '--repo', repo, '--json', ...args];
    const answer = await runCli(all, { ...options, env });
    const report = answer.stdout === '' ? undefined : (JSON.parse(answer.stdout) as CheckReport);
    return { ...answer, report };
  }

  left(): readonly string[] {
    return readdirSync(this.scratch);
  }
}
