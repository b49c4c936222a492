import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChangeClass } from '../../domain/change.ts';
import { sampleClassification, sampleProposal } from '../../testing/changes.ts';
import { sampleSettings } from '../../testing/guardrail-settings.ts';
import { guardrailTools } from '../../testing/guardrail-tools.ts';
import { MemoryRegistry } from '../../testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { documentation } from './documentation/documentation.ts';
import { checkChange } from './run.ts';

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

const base: TestFiles = {
  'README.md': '# Sample\n\nSee [use](docs/use.md#first-steps) and ![logo](logo.png).\n\n```js\nf(\n```\n',
  'docs/use.md': '# Use\n\n## First steps\n\nRun it. [Back](../README.md).\n',
  'logo.png': 'png',
  'src/a.ts': 'a\n',
};

async function judge(change: TestFiles, of: ChangeClass = 'docs', tools = {}) {
  const root = git.commit('main', base);
  const head = git.commit('topic', change, root);
  const files = await git.diff(root, head);
  const classification = sampleClassification({ base: root, tree: head }, { class: of, files });
  const deps = {
    git,
    registry: new MemoryRegistry(),
    ...guardrailTools(),
    tests: { compare: () => Promise.reject(new Error('no tests')) },
    ...tools,
  };
  const settings = sampleSettings();
  const asked = { classification, proposal: sampleProposal(head), now: new Date(0) };
  const [result] = (await checkChange(deps, settings, asked, [documentation])).results;
  return `${result?.verdict} ${result?.code}: ${result?.reason}`;
}

const readme = String(base['README.md']);

it.each<[string, TestFiles, string]>([
  [
    'a better word',
    { 'README.md': readme.replace('See', 'Read') },
    'pass documentation.sound: 1 document changed',
  ],
  ['code alone', { 'src/a.ts': 'b\n' }, 'pass documentation.sound: No document changes'],
  [
    'a link to nothing',
    { 'README.md': `${readme}\n[x](src/b.ts)\n` },
    'fail documentation.dead-link: README.md:9 points at src/b.ts, which is not there.',
  ],
  [
    'a heading renamed that another document points at',
    { 'docs/use.md': '# Use\n\n## Steps\n' },
    'fail documentation.dead-anchor: README.md:3 points at docs/use.md#first-steps, but no heading has that name.',
  ],
  [
    'a file removed that a document points at',
    { 'logo.png': null },
    'fail documentation.dead-link: README.md:3 points at logo.png, which is not there.',
  ],
  [
    'a sample that does not parse',
    { 'docs/use.md': `${base['docs/use.md']}\n\`\`\`json\n{"a":\n\`\`\`\n` },
    'abstain documentation.code-does-not-parse: The json at docs/use.md:7 does not parse:',
  ],
  [
    'a bad sample changed for a bad one',
    { 'README.md': readme.replace('f(', 'g(') },
    'pass documentation.sound',
  ],
  [
    'a document too large to read',
    { 'big.md': 'x\n'.repeat(300_000) },
    'abstain documentation.not-read: big.md',
  ],
])('%s', async (_what, change, expected) => {
  expect((await judge(change)).startsWith(expected)).toBe(true);
});

it('follows a document that moves', async () => {
  const moved = { 'docs/use.md': null, 'guide/use.md': String(base['docs/use.md']) };
  expect(await judge(moved)).toMatch(/^fail documentation.dead-link: README.md:3/);
  const mended = { ...moved, 'README.md': readme.replace('docs/use.md', 'guide/use.md') };
  expect(await judge(mended)).toMatch(/^pass/);
});

it('leaves it to a person where code removes what documents point at', async () => {
  expect(await judge({ 'logo.png': null }, 'other')).toMatch(/^abstain documentation.dead-link/);
});

it('abstains where no parser answers', async () => {
  const mute = { documents: { outlines: async () => new Map() } };
  expect(await judge({ 'README.md': '# x\n' }, 'docs', mute)).toMatch(/^abstain documentation.not-read/);
});
