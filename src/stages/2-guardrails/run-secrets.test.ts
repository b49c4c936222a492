import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Sha } from '../../domain/change.ts';
import { sampleClassification, sampleProposal } from '../../testing/changes.ts';
import { sampleSettings } from '../../testing/guardrail-settings.ts';
import { guardrailTools } from '../../testing/guardrail-tools.ts';
import { MemoryRegistry } from '../../testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { checkChange } from './run.ts';
import { secrets } from './secrets/secrets.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const token = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;
const line = `const token = "${token}";\n`;

type Over = Partial<Parameters<typeof sampleProposal>[1]> & { readonly scanner?: 'mute' };

async function judge(base: Sha, head: Sha, { scanner, ...over }: Over = {}) {
  const classification = sampleClassification({ base, tree: head }, { files: await git.diff(base, head) });
  const tools = guardrailTools();
  const mute = { scan: async () => new Map() };
  const deps = {
    git,
    registry: new MemoryRegistry(),
    ...tools,
    secrets: scanner === 'mute' ? mute : tools.secrets,
    tests: { compare: () => Promise.reject(new Error('no tests')) },
  };
  const settings = sampleSettings();
  const change = { classification, proposal: sampleProposal(head, over), now: new Date(0) };
  const { results } = await checkChange(deps, settings, change, [secrets]);
  expect(JSON.stringify(results)).not.toContain(token.slice(4, 16));
  return `${results[0]?.verdict} ${results[0]?.code}: ${results[0]?.reason}`;
}

function chain(...steps: TestFiles[]): Sha[] {
  const made: Sha[] = [];
  for (const files of steps) made.push(git.commit('topic', files, made.at(-1)));
  return made;
}

it('passes a change without a secret', async () => {
  const [base = '', head = ''] = chain({ 'a.ts': 'a\n' }, { 'a.ts': 'b\n', 'b.ts': 'b\n' });
  expect(await judge(base, head)).toBe('pass secrets.none: No secret is in 2 changed files and 1 commit.');
});

it('names the line of a new secret, and no old one', async () => {
  const [base = '', head = ''] = chain(
    { 'old.ts': line, 'a.ts': 'a\n' },
    { 'old.ts': `x\n${line}`, 'a.ts': 'b\n' },
  );
  expect(await judge(base, head)).toMatch(/^pass/);
  const worse = git.commit('topic', { 'b.ts': `x\n\n${line.replace('R8', 'Z9')}` }, head);
  expect(await judge(base, worse)).toBe('fail secrets.found: b.ts:3 holds a secret (github).');
});

it('finds what a later commit removes: it would land in the history', async () => {
  const [base = '', bad = '', head = ''] = chain({ 'a.ts': 'a\n' }, { 'a.ts': line }, { 'a.ts': 'b\n' });
  expect(await judge(base, head)).toBe(
    `fail secrets.found: a.ts:1 of commit ${bad.slice(0, 12)} holds a secret (github).`,
  );
});

it('finds what a merged branch added and removed, but blames nobody for what the base holds', async () => {
  const [base = '', topic = ''] = chain({ 'a.ts': 'a\n' }, { 'a.ts': 'b\n' });
  const [, landed = ''] = [base, git.commit('main', { 'known.ts': line }, base)];
  const merged = git.merge('topic', topic, landed);
  expect(await judge(landed, merged)).toMatch(/^pass/);
  const side = git.commit('side', { 'b.ts': line.replace('R8', 'Z9') }, base);
  const clean = git.commit('side', { 'b.ts': null }, side);
  expect(await judge(landed, git.merge('topic', merged, clean))).toMatch(
    /^fail secrets.found: b.ts:1 of commit/,
  );
});

it('reads messages, names and what is proposed', async () => {
  const [base = '', head = ''] = chain({ 'a.ts': 'a\n' }, { 'a.ts': 'b\n' });
  expect(await judge(base, head, { title: `Use ${token}` })).toMatch(/^fail secrets.found: The title/);
  expect(await judge(base, head, { record: { why: ['x', { y: token }] } })).toMatch(
    /^fail secrets.found: The record/,
  );
  const named = git.commit('topic', { [`k/${token}.txt`]: 'x' }, base);
  expect(await judge(base, named)).toMatch(/^fail secrets.found: The name of a file in k /);
  const said = git.commit(`refs/heads/${token}`, { 'a.ts': 'c\n' }, base);
  expect(await judge(base, said)).toMatch(/^fail secrets.found: The message of commit/);
});

it('abstains where it could not look', async () => {
  const big = 'x\n'.repeat(3 * 1024 * 1024);
  const [base = '', binary = ''] = chain({ 'a.ts': 'a\n' }, { 'a.bin': Buffer.from([0, 1, 2]) });
  expect(await judge(base, binary)).toBe(
    'abstain secrets.not-read: a.bin was not looked into: it is binary. (and 1 more)',
  );
  expect(await judge(base, git.commit('topic', { 'big.txt': big }, base))).toMatch(
    /^abstain secrets.not-read: big.txt/,
  );
  const plain = git.commit('topic', { 'a.ts': 'b\n' }, base);
  expect(await judge(base, plain, { scanner: 'mute' })).toMatch(
    /^abstain secrets.not-read: a.ts .*no answer/,
  );
});
