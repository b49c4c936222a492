import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { removeTree } from '../../src/adapters/remove-tree.ts';
import { collect, processesNaming, spawnCli, until } from './cli.ts';

const shipped = fileURLToPath(new URL('../../examples/storefront', import.meta.url));

const summarySchema = z.looseObject({
  landed: z.number(),
  rolledBack: z.number(),
  refused: z.number(),
  held: z.number(),
  auditVerified: z.boolean(),
  fsckAgrees: z.boolean(),
  remembered: z.array(z.string()),
  changes: z.array(z.looseObject({ title: z.string(), outcome: z.string(), code: z.string() })),
});

/** The story with one change less certain: nothing of it may be known to the demo. */
class Story {
  readonly dir = mkdtempSync(join(tmpdir(), 'autoland-story-'));
  #begun: ChildProcess[] = [];

  constructor() {
    chmodSync(this.dir, 0o711);
    cpSync(shipped, join(this.dir, 'story'), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
    const others = JSON.stringify(othersOf(join(shipped, 'service/package.json')));
    this.edit('service/.autoland/autoland.yaml', (text) =>
      text
        .replace(/ {2}steps:[\s\S]*$/, '  steps:\n    - { share: 20%, exclude: 20, limit: 45s, bake: 12s }\n')
        // Only the in-house package is left to look at.
        .replace(/ignore: \[.*\]/, `ignore: ${others}`),
    );
    this.edit('story.yaml', (text) =>
      text
        .replace('users: 20000', 'users: 6000')
        .replace('requestsPerSecond: 500', 'requestsPerSecond: 250')
        .replace('minimum: 300', 'minimum: 50'),
    );
  }

  edit(path: string, change: (text: string) => string): void {
    const file = join(this.dir, 'story', path);
    const before = readFileSync(file, 'utf8');
    const after = change(before);
    if (after === before) throw new Error(`expected to change ${path}`);
    writeFileSync(file, after);
  }

  begin(...more: readonly string[]) {
    const { dir } = this;
    const child = spawnCli(['demo', '--story', join(dir, 'story'), '--state', dir, '--json', ...more]);
    this.#begun.push(child);
    return { child, output: collect(child) };
  }

  async tell(): Promise<{ summary: z.infer<typeof summarySchema>; lines: readonly string[] }> {
    const { child, output } = this.begin();
    const [code] = (await once(child, 'close')) as [number | null];
    const { stdout, stderr } = output();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    return { summary: summarySchema.parse(JSON.parse(lines.at(-1) ?? '')), lines };
  }

  async end(): Promise<void> {
    for (const child of this.#begun) child.kill('SIGKILL');
    try {
      await until(
        () => (processesNaming(this.dir).length === 0 ? true : undefined),
        () => `left running: ${processesNaming(this.dir).join('\n')}`,
        20_000,
      );
    } finally {
      await removeTree(this.dir);
    }
  }
}

function othersOf(manifest: string): readonly string[] {
  const { dependencies } = z
    .looseObject({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(manifest, 'utf8')));
  return Object.keys(dependencies).filter((name) => !name.startsWith('@storefront/'));
}

function stage(onTestFinished: (end: () => Promise<void>) => void): Story {
  const story = new Story();
  onTestFinished(() => story.end());
  return story;
}

/** Two at a time, since they wait more than they work. A minute each on an idle machine; the limits are for a busy one. */
describe.concurrent('another story', { timeout: 240_000 }, () => {
  it('rolls back the version that fails in production, and remembers it', async ({
    onTestFinished,
    expect,
  }) => {
    const { summary } = await stage(onTestFinished).tell();
    expect(summary).toMatchObject({ landed: 0, rolledBack: 1, refused: 0, held: 0, reverts: 1 });
    expect(summary).toMatchObject({ auditVerified: true, fsckAgrees: true });
    expect(summary.remembered).toEqual(['@storefront/stock@2.3.1']);
    expect(summary.changes[0]).toMatchObject({ outcome: 'rolled-back', code: 'rollout.server-errors' });
  });

  it('lands the same version once its fault is mended, at another port when its own is taken', async ({
    onTestFinished,
    expect,
  }) => {
    const story = stage(onTestFinished);
    const fault = z.object({ file: z.string(), faultyLine: z.string(), fixedLine: z.string() }).parse({
      file: 'packages/@storefront/stock/2.3.1/index.js',
      faultyLine: 'const RETURN_BATCH = 16;',
      fixedLine: 'const RETURN_BATCH = 1;',
    });
    story.edit(fault.file, (text) => text.replace(fault.faultyLine, fault.fixedLine));
    story.edit('story.yaml', (text) => text.replace(/fault:\n(?: {2}.*\n)+/, ''));
    const taken = createServer().listen(7300, '127.0.0.1');
    // Somebody else may hold it already: then it is taken just the same.
    await Promise.race([once(taken, 'listening'), once(taken, 'error')]);
    try {
      const { summary, lines } = await story.tell();
      expect(summary).toMatchObject({ landed: 1, rolledBack: 0, refused: 0, held: 0, reverts: 0 });
      expect(summary).toMatchObject({ auditVerified: true, fsckAgrees: true, remembered: [] });
      const said = lines.find((line) => line.includes('The service is open')) ?? '';
      expect(said).toContain('port 7300 is in use');
      expect(said).not.toContain('127.0.0.1:7300');
    } finally {
      taken.close();
    }
  });

  it.for(['SIGINT', 'SIGKILL'] as const)(
    'leaves nothing behind on %s',
    async (signal, { onTestFinished, expect }) => {
      const { child, output } = stage(onTestFinished).begin('--port', '0');
      await until(
        () => (output().stdout.includes('The service is open') ? true : undefined),
        () => JSON.stringify(output()),
        150_000,
      );
      const exit = once(child, 'exit');
      child.kill(signal);
      const [code] = (await exit) as [number | null];
      expect(code).toBe(signal === 'SIGINT' ? 130 : null);
      expect(output().stderr).toBe('');
    },
  );
});
