import { describe, expect, it } from 'vitest';
import type { ChangeClass, PackageChange } from '../../domain/change.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { Replayer } from '../../ports/replayer.ts';
import { sampleClassification, sampleProposal } from '../../testing/changes.ts';
import { sampleSettings } from '../../testing/guardrail-settings.ts';
import { guardrailTools } from '../../testing/guardrail-tools.ts';
import type { GuardrailDeps } from './run-ports.ts';
import { gatherReplayed } from './run-replayed.ts';

const update: PackageChange = { name: 'a', path: 'node_modules/a', from: '1.0.0', to: '1.0.1', direct: true };
const sha = (letter: string) => letter.repeat(40);
const line = (name: string) =>
  JSON.stringify({ v: 1, package: name, kind: 'call', steps: [name, 'f'], args: [] });
const text = [line('a'), line('b'), ''].join('\n');

type Wish = {
  readonly file?: string;
  readonly given?: () => Promise<Buffer>;
  readonly recordings?: string | null;
  readonly changeClass?: ChangeClass;
  readonly packages?: readonly PackageChange[];
};

async function gather({ file, given, recordings = 'calls.jsonl', changeClass, packages = [update] }: Wish) {
  const asked: (readonly RecordedCall[])[] = [];
  const read: string[] = [];
  const replayer: Replayer = {
    replay: (_commands, _sides, calls) => {
      asked.push(calls);
      return Promise.resolve({ kind: 'ended', side: 'head' });
    },
    replayEach: () => Promise.reject(new Error('asked for more')),
  };
  const readFile = (commit: string, path: string) => {
    read.push(`${commit} ${path}`);
    return Promise.resolve(file === undefined ? undefined : Buffer.from(file));
  };
  const over = { packages, class: changeClass ?? 'dependency-patch' };
  const classification = sampleClassification({ base: sha('b'), tree: sha('c') }, over);
  const deps = {
    ...guardrailTools(),
    replayer,
    git: { readFile },
    ...(given && { recordings: { read: given } }),
  } as unknown as GuardrailDeps;
  const settings = { ...sampleSettings(), characterization: { recordings } };
  const change = { classification, proposal: sampleProposal(sha('a')), now: new Date() };
  const fact = await gatherReplayed.gather({ deps, settings, change, found: {} });
  return { fact, asked, read };
}

describe('the fact replayed', () => {
  it('makes the calls of packages that change, of the file of the base', async () => {
    const { fact, asked, read } = await gather({ file: text });
    expect(fact).toMatchObject({ kind: 'made', replay: { kind: 'ended' } });
    expect(asked.map((calls) => calls.map((call) => call.package))).toEqual([['a']]);
    expect(read).toEqual([`${sha('b')} calls.jsonl`]);
  });

  it('takes what it is given before what is configured', async () => {
    const { fact, read } = await gather({ given: () => Promise.resolve(Buffer.from(text)) });
    expect(fact.kind).toBe('made');
    expect(read).toEqual([]);
  });

  it.each<[string, Wish]>([
    ['a revert', { file: text, changeClass: 'revert' }],
    ['no file configured', { file: text, recordings: null }],
    ['no update', { file: text, packages: [{ ...update, from: null }] }],
    ['no call of what changes', { file: `${line('b')}\n` }],
  ])('has nothing to say of %s', async (_what, wish) => {
    const { fact, asked } = await gather(wish);
    expect(fact).toEqual({ kind: 'none' });
    expect(asked).toEqual([]);
  });

  it.each<[string, Wish]>([
    ['a file that is not there', {}],
    ['a file of something else', { file: 'a\nb\n' }],
    ['a file that is too large', { file: 'a'.repeat(65 * 1024 * 1024) }],
    ['a file that cannot be read', { given: () => Promise.reject(new Error('gone')) }],
  ])('runs nothing for %s', async (_what, wish) => {
    const { fact, asked } = await gather(wish);
    expect(fact.kind).toBe('unreadable');
    expect(asked).toEqual([]);
  });
});
