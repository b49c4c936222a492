import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeCrashBook } from '../../adapters/crashes/crash-file.ts';
import { ChildRedactor } from '../../adapters/secret-scanner/child-redactor.ts';
import { Exceptions } from '../../adapters/telemetry/otlp/exceptions.ts';
import { bookLimits, emptyBook, takeIn, unbuilt } from '../../domain/crashes/book.ts';
import type { ClaimedExceptions, InstanceExceptions, StackFrame } from '../../domain/crashes/exception.ts';
import { openWiringBench, type WiringBench } from '../../testing/wiring-bench.ts';
import { crashSeenType, seenCrashes } from '../../views/crashes.ts';
import { CrashWatch, type CrashWatchDeps, readCrashes } from './crashes.ts';

let bench: WiringBench;
let told: InstanceExceptions[];
let claimed: ClaimedExceptions[];
let watch: CrashWatch;
let ageMs: number;
/** What was looked through for secrets. */
let texts: string[];
const redactor = new ChildRedactor();
const digest = `sha256:${'1'.repeat(64)}`;

beforeEach(async () => {
  bench = await openWiringBench();
  const tree = join(bench.host.top, 'tree');
  mkdirSync(join(tree, 'src'), { recursive: true });
  writeFileSync(join(tree, 'src/cart.js'), 'exports.total = (cart) => cart.items.length;\n');
  told = [];
  claimed = [];
  ageMs = 0;
  texts = [];
  watch = new CrashWatch(deps());
});
afterEach(() => bench.close());

const deps = (): CrashWatchDeps => {
  const { place, store, clock } = bench.repository;
  const now = () => new Date(clock.now().getTime() + ageMs);
  const dir = join(bench.host.top, 'tree');
  return {
    repository: { place, store, clock: { now, monotonicMs: () => clock.monotonicMs() } },
    exceptions: { takeExceptions: async () => told.splice(0), takeClaimed: async () => claimed.splice(0) },
    releases: {
      get: async (wanted) =>
        wanted === digest ? { digest, service: 'shop', commit: 'c0ffee', dir } : undefined,
    },
    redactor: {
      redact: (asked) => {
        texts.push(...asked.map(({ text }) => text));
        return redactor.redact(asked);
      },
    },
  };
};

const exception = (message: string, over: { path?: string; line?: number; count?: number } = {}) => ({
  errorType: 'TypeError',
  message,
  count: over.count ?? 1,
  frames: [
    { path: '/app/node_modules/express/index.js', line: 9, column: 9, functionName: 'next' },
    { path: over.path ?? '/app/src/cart.js', line: over.line ?? 1, column: 27, functionName: 'total' },
  ],
});
const tell = (exceptions: InstanceExceptions['exceptions'], from = digest, dropped = 0) =>
  told.push({ service: 'shop', digest: from, exceptions, dropped });
const journalled = () => bench.repository.store.read({ types: [crashSeenType] });

describe('what services crash with', () => {
  it('is counted by where it was, journalled once for each power of ten, and never with its message', async () => {
    for (let at = 0; at < 12; at++) {
      tell([exception(`no cart of user ${at}`)]);
      await watch.look();
    }
    const [crash, ...others] = (await readCrashes(bench.repository)).crashes;
    expect(others).toEqual([]);
    expect(crash).toMatchObject({ service: 'shop', count: 12, message: 'no cart of user 0', change: null });
    expect(crash?.frames).toEqual([{ file: 'src/cart.js', line: 1, column: 27, functionName: 'total' }]);
    const entries = await journalled();
    expect(entries.map(({ data }) => data.count)).toEqual([1, 10]);
    expect(JSON.stringify(entries)).not.toContain('user');
    expect(seenCrashes(entries).get(crash?.signature ?? '')).toEqual({
      service: 'shop',
      frames: [{ file: 'src/cart.js' }],
    });
  });

  it('keeps no secret of a message', async () => {
    const token = `ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5'}`;
    tell([exception(`refused: token ${token}`)]);
    await watch.look();
    const [crash] = (await readCrashes(bench.repository)).crashes;
    expect(crash?.message).toBe('refused: token [redacted: github]');
    expect(readFileSync(bench.repository.place.files.crashes, 'utf8')).not.toContain(token.slice(4, 20));
  });

  it('keeps no secret of a message that was known once and has been forgotten', async () => {
    const secret = 'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5';
    tell([exception('refused')]);
    await watch.look();
    const days = bookLimits.days + 1;
    ageMs = days * 24 * 3_600_000;
    tell([exception(`refused: token ghp_${secret}`)]);
    await watch.look();
    expect((await readCrashes(bench.repository)).crashes).toMatchObject([{ count: 1, message: 'refused' }]);
    expect(readFileSync(bench.repository.place.files.crashes, 'utf8')).not.toContain(secret.slice(0, 12));
  });

  it('keeps no half of a secret where a message is cut', async () => {
    const secret = 'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5';
    const exceptions = new Exceptions();
    for (const length of [260, 280]) {
      const message = `${'x '.repeat(length / 2)}ghp_${secret}`;
      const stack = `TypeError: ${message}\n    at /app/src/cart.js:1:${length}`;
      const attribute = (key: string, value: string) => ({ key: `exception.${key}`, value });
      exceptions.add([attribute('message', message), attribute('stacktrace', stack)], '');
    }
    tell(exceptions.take().exceptions);
    await watch.look();
    const { crashes } = await readCrashes(bench.repository);
    expect(crashes.map(({ message }) => message.length <= 300)).toEqual([true, true]);
    expect(JSON.stringify(crashes)).not.toContain(secret.slice(0, 8));
  });

  it('is not even looked through for secrets where there is no place for it', async () => {
    const base = { service: 'shop', errorType: 'TypeError', message: 'm', commit: 'c', count: 1, digest };
    const sightings = Array.from({ length: bookLimits.crashes }, (_, at) => ({
      ...{ ...base, signature: String(at) },
      frames: [{ file: 'src/cart.js', line: at + 1, column: 1 }] as const,
    }));
    const { book } = takeIn(emptyBook, sightings, { now: bench.repository.clock.now(), dropped: 0 });
    writeCrashBook(bench.repository.place.files.crashes, book);
    tell([exception('x', { count: 3 })]);
    await watch.look();
    expect(texts).toEqual([]);
    expect(await readCrashes(bench.repository)).toMatchObject({ dropped: 3 });
    ageMs = bookLimits.idleHours * 3_600_000;
    tell([exception('x')]);
    await watch.look();
    expect(texts).toEqual(['x']);
  });

  it('is counted of versions that run elsewhere where they are of this project, else dropped', async () => {
    const find = async (stack: readonly StackFrame[]) => ({
      commit: 'c1',
      frames: stack.slice(1).map(({ path, ...frame }) => ({ ...frame, file: path.slice('/app/'.length) })),
    });
    const known = new CrashWatch({
      ...deps(),
      versions: {
        placesOf: async ({ version }) => (version === 'c1' ? { digest: unbuilt('c1'), find } : undefined),
      },
    });
    for (const version of ['c1', 'c2'])
      claimed.push({ service: 'shop', version, exceptions: [exception('x', { count: 3 })], dropped: 1 });
    await known.look();
    const found = await readCrashes(bench.repository);
    expect(found).toMatchObject({ crashes: [{ service: 'shop', count: 3, inStable: 3 }], dropped: 5 });
    // Who is believed by nobody is not asked.
    claimed.push({ service: 'shop', version: 'c1', exceptions: [exception('x')], dropped: 0 });
    await watch.look();
    expect(await readCrashes(bench.repository)).toMatchObject({ crashes: [{ count: 3 }], dropped: 6 });
  });

  it('is dropped, and counted as such, where nothing of the project is in it', async () => {
    tell([exception('x', { path: '/app/src/gone.js', count: 3 })], digest, 4);
    tell([exception('x', { count: 2 })], `sha256:${'2'.repeat(64)}`);
    await watch.look();
    expect(await readCrashes(bench.repository)).toEqual({ crashes: [], dropped: 9 });
    expect(await journalled()).toEqual([]);
  });

  it('goes on where an earlier process ended, and says that its file was damaged', async () => {
    tell([exception('x', { count: 5 })]);
    await watch.look();
    tell([exception('y', { count: 5, line: 7 })]);
    await watch.look();
    expect((await journalled()).map(({ data }) => data.count)).toEqual([5, 10]);
    writeFileSync(bench.repository.place.files.crashes, '{"version":1,"crashes":[{}],"dropped":0}');
    tell([exception('x')]);
    await expect(watch.look()).rejects.toMatchObject({ code: 'state.corrupt' });
    rmSync(bench.repository.place.files.crashes);
    mkdirSync(bench.repository.place.files.crashes);
    await expect(readCrashes(bench.repository)).rejects.toMatchObject({ code: 'state.corrupt' });
  });
});
