import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyRing } from '../../../ports/key-ring.ts';

/** A bare repository for tests, driven with git's plumbing so that hostile trees can be made. */
export class TestRepository {
  readonly top: string;
  readonly dir: string;

  constructor() {
    this.top = mkdtempSync(join(tmpdir(), 'autoland-repo-'));
    this.dir = join(this.top, 'bare.git');
    this.git(['init', '-q', '--bare', '-b', 'main', this.dir], { cwd: this.top });
  }

  git(args: readonly string[], options: { cwd?: string; input?: string | Buffer } = {}): string {
    const env = { PATH: process.env.PATH, HOME: this.top, GIT_CONFIG_NOSYSTEM: '1', ...identity };
    const { cwd = this.dir, input = '' } = options;
    return execFileSync('git', args, { cwd, input, env, stdio: ['pipe', 'pipe', 'pipe'] })
      .toString()
      .trim();
  }

  blob(content: string | Buffer): string {
    return this.git(['hash-object', '-w', '--stdin'], { input: content });
  }

  /** Rows of `mode, name, oid`; names are taken as they are, `--literally`. */
  tree(rows: readonly (readonly [mode: string, name: string | Buffer, oid: string])[]): string {
    const records = rows.map(([mode, name, oid]) =>
      Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.from([0]), Buffer.from(oid, 'hex')]),
    );
    return this.git(['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], {
      input: Buffer.concat(records),
    });
  }

  commit(tree: string, parents: readonly string[] = [], message = 'commit'): string {
    return this.git(['commit-tree', tree, '-m', message, ...parents.flatMap((parent) => ['-p', parent])]);
  }

  /** A commit of the given files (paths of any depth), on `main`. */
  seed(files: readonly { path: string; mode: string; content: string }[]): string {
    const rows = files.map(({ path, mode, content }) => `${mode} ${this.blob(content)}\t${path}`);
    this.git(['update-index', '--index-info'], { input: `${rows.join('\n')}\n` });
    const commit = this.commit(this.git(['write-tree']));
    this.git(['update-ref', 'refs/heads/main', commit]);
    return commit;
  }

  remove(): void {
    rmSync(this.top, { recursive: true, force: true });
  }
}

/** When all its commits were made, as they say. */
export const committedAt = new Date('2026-01-01T00:00:00Z');

const identity = {
  GIT_AUTHOR_NAME: 'test',
  GIT_AUTHOR_EMAIL: 'test@example.invalid',
  GIT_COMMITTER_NAME: 'test',
  GIT_COMMITTER_EMAIL: 'test@example.invalid',
  GIT_AUTHOR_DATE: committedAt.toISOString(),
  GIT_COMMITTER_DATE: committedAt.toISOString(),
};

/** One key for every role, in memory. */
export class TestKeyRing implements KeyRing {
  readonly #pair = generateKeyPairSync('ed25519');

  async sign(_role: string, bytes: Uint8Array): Promise<Buffer> {
    return sign(null, bytes, this.#pair.privateKey);
  }

  async publicKey(): Promise<KeyObject> {
    return this.#pair.publicKey;
  }
}

export const bot = { name: 'autoland', email: 'bot@example.invalid' };
