import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyRange, extend, hexOf, leafHash, rootOf } from '../../audit/merkle.ts';
import { SystemClock } from '../clock/system.ts';
import { ControlLock, holderOf } from './control-lock.ts';
import { openStore } from './sqlite-store.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-processes-'));
});
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});
const newFile = (name: string): string => join(mkdtempSync(join(root, 'state-')), name);

const imports = `
  import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'sqlite-store.ts'))};
  import { ControlLock } from ${JSON.stringify(join(import.meta.dirname, 'control-lock.ts'))};
  import { SystemClock } from ${JSON.stringify(join(import.meta.dirname, '../clock/system.ts'))};
  const file = process.argv[1];`;
const appender = `${imports}
  const store = await openStore({ file, clock: new SystemClock(), mode: 'write' });
  for (;;) {
    const events = [1, 2, 3].map((n) => ({ type: 'a.made', actor: 'child', data: { pid: process.pid, n } }));
    for (const entry of await store.append({ events })) process.stdout.write(entry.index + '\\n');
    await new Promise((resolve) => setTimeout(resolve, 3));
  }`;
const opener = `${imports}
  while (Date.now() < Number(process.argv[2])) {}
  (await openStore({ file, clock: new SystemClock(), mode: 'write' })).close();`;
const holder = `${imports}
  ControlLock.take(file);
  // What nobody refers to is collected, and a lock must not go with it.
  for (let n = 0; n < 3; n += 1) globalThis.gc();
  process.stdout.write('held\\n');
  setInterval(() => {}, 1000);`;

class Child {
  output = '';
  readonly #process: ChildProcess;

  constructor(script: string, file: string) {
    const args = ['--expose-gc', '--input-type=module', '-e', script, file];
    this.#process = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(this.#process);
    this.#process.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves once it has printed at least this many lines. */
  async lines(count: number): Promise<void> {
    while (this.output.split('\n').length <= count) {
      if (this.#process.exitCode !== null) throw new Error(`the child exited with ${this.#process.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async kill(): Promise<void> {
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
    children.delete(this.#process);
  }
}

describe('kill -9', () => {
  it('loses nothing that was said to be durable, over several processes and several kills', async () => {
    const file = newFile('journal.db');
    const printed = new Set<number>();
    for (let round = 0; round < 4; round += 1) {
      // Two at once: they also race to create and migrate the journal in the first round.
      const pair = [new Child(appender, file), new Child(appender, file)];
      await Promise.all(pair.map((child, at) => child.lines(20 + 17 * round + at)));
      await Promise.all(pair.map((child) => child.kill()));
      for (const child of pair) {
        // Without the last piece: the kill may have cut the line.
        for (const line of child.output.split('\n').slice(0, -1)) printed.add(Number(line));
      }
    }
    const store = await openStore({ file, clock: new SystemClock(), mode: 'read' });
    const entries = await store.read();
    expect(entries.map(({ index }) => index)).toEqual(entries.map((_, at) => at));
    expect(entries.length % 3).toBe(0);
    expect(printed.size).toBeGreaterThan(300);
    expect([...printed].filter((index) => index >= entries.length)).toEqual([]);
    const leaves = await store.leaves(0, entries.length);
    const recomputed = rootOf(
      extend(
        emptyRange,
        leaves.map(({ bytes }) => leafHash(bytes)),
      ),
    );
    expect(hexOf(rootOf(await store.tree()))).toBe(hexOf(recomputed));
    store.close();
  });
});

describe('ControlLock', () => {
  it('is held by one process, names it, and is free as soon as that one is killed', async () => {
    const file = newFile('control.lock');
    const child = new Child(holder, file);
    await child.lines(1);
    expect(() => ControlLock.take(file)).toThrow(
      expect.objectContaining({
        code: 'journal.locked',
        message: expect.stringContaining(`pid ${child.pid}`),
      }),
    );
    expect(holderOf(file)).toEqual({ pid: child.pid });
    await child.kill();
    expect(holderOf(file)).toBeNull();
    ControlLock.take(file).free();
    expect(holderOf(file)).toBeNull();
  });

  it('takes a later process with the pid of a killed holder for nobody', () => {
    const file = newFile('control.lock');
    for (const note of [`${process.pid} 1\n`, `${process.pid}\n`, 'nonsense\n', '']) {
      writeFileSync(`${file}.pid`, note);
      expect(holderOf(file)).toBeNull();
    }
  });

  it('is held once within a process too, and can be taken again after it was freed', () => {
    const file = newFile('control.lock');
    const lock = ControlLock.take(file);
    expect(() => ControlLock.take(file)).toThrow(
      expect.objectContaining({
        code: 'journal.locked',
        message: expect.stringContaining(`pid ${process.pid}`),
      }),
    );
    expect(() => ControlLock.take(file)).toThrow();
    lock.free();
    lock.free();
    const next = ControlLock.take(file);
    next.free();
  });
});

it('lets several processes make one new journal at the same moment', async () => {
  for (let round = 0; round < 3; round += 1) {
    const [file, moment] = [newFile('journal.db'), `${Date.now() + 1000}`];
    const opening = Array.from({ length: 4 }, () => {
      const args = ['--input-type=module', '-e', opener, file, moment];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      children.add(child);
      return once(child, 'close');
    });
    expect((await Promise.all(opening)).map(([code]) => code as number)).toEqual([0, 0, 0, 0]);
  }
});
