import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
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
export class Story {
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

export function stage(onTestFinished: (end: () => Promise<void>) => void): Story {
  const story = new Story();
  onTestFinished(() => story.end());
  return story;
}
