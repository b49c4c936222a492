import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api } from '../../src/stages/2-guardrails/api/api.ts';
import { checkChange } from '../../src/stages/2-guardrails/run.ts';
import { sampleClassification, sampleProposal } from '../../src/testing/changes.ts';
import { sampleSettings } from '../../src/testing/guardrail-settings.ts';
import { guardrailTools } from '../../src/testing/guardrail-tools.ts';
import {
  MemoryRegistry,
  type SampleVersion,
  sampleEntry,
  sampleProject,
} from '../../src/testing/npm-samples.ts';
import { TempGit } from '../../src/testing/temp-git.ts';

/** A minor update that takes something back, and a project that uses it or does not. Nothing of either is run. */
let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

type Files = NonNullable<SampleVersion['files']>;

const settings = sampleSettings();
const tools = guardrailTools();
const tests = { compare: () => Promise.reject(new Error('nothing here may run code')) };

async function judge(old: Files, now: Files, sources: Record<string, string>) {
  const registry = new MemoryRegistry()
    .add('kit', '1.0.0', { files: old })
    .add('kit', '1.1.0', { files: now });
  const project = (version: string) =>
    sampleProject({ dependencies: { kit: '^1.0.0' } }, { 'node_modules/kit': sampleEntry('kit', version) });
  const base = git.commit('main', { ...project('1.0.0'), ...sources });
  const head = git.commit('topic', project('1.1.0'), base);
  const classification = sampleClassification({ base, tree: head }, { class: 'dependency-minor' });
  const deps = { git, registry, ...tools, tests };
  const change = { classification, proposal: sampleProposal(head), now: new Date() };
  const { results } = await checkChange(deps, settings, change, [api]);
  return `${results[0]?.verdict} ${results[0]?.code} ${results[0]?.reason}`;
}

const manifest = (over: object) => ({ 'package.json': JSON.stringify({ name: 'kit', ...over }) });

describe('an update that takes back', () => {
  const old = { 'index.js': 'exports.a = () => 1; exports.b = () => 2;' };

  it('what a source requires fails, and says where', async () => {
    const answer = await judge(
      old,
      { 'index.js': 'exports.a = () => 1;' },
      {
        'src/x.js': "const { b } = require('kit');\nb();\n",
      },
    );
    expect(answer).toBe('fail api.export-removed kit@1.1.0: b is gone, which src/x.js:1 uses.');
  });

  it('what nobody requires is for a person', async () => {
    const answer = await judge(
      old,
      { 'index.js': 'exports.a = () => 1;' },
      {
        'src/x.js': "require('kit').a();",
      },
    );
    expect(answer).toMatch(/^abstain api\.export-removed/);
  });

  it('require for who requires it fails', async () => {
    const now = {
      ...manifest({ type: 'module' }),
      'index.js': 'export const a = () => 1; export const b = 2;',
    };
    const answer = await judge(old, now, { 'src/x.js': "require('kit').a();" });
    expect(answer).toMatch(/^fail api\.module-system-changed .*src\/x\.js:1/);
  });

  it('a file behind its new exports fails for who loads it', async () => {
    const deep = { ...old, 'lib/deep.js': 'exports.c = 1;' };
    const now = { ...manifest({ exports: './index.js' }), ...deep };
    expect(await judge(deep, now, { 'src/x.js': "require('kit/lib/deep');" })).toMatch(
      /^fail api\.export-removed/,
    );
    expect(await judge(deep, now, { 'src/x.js': "require('kit');" })).toMatch(/^abstain api\.exports-closed/);
  });

  it('an argument fails for who calls it', async () => {
    const typed = (text: string) => ({ ...manifest({ types: 'index.d.ts' }), ...old, 'index.d.ts': text });
    const [before, after] = [
      typed('export declare function a(x?: string): void;'),
      typed('export declare function a(x: string): void;'),
    ];
    expect(await judge(before, after, { 'src/x.ts': "import { a } from 'kit';\na();" })).toMatch(
      /^fail api\.signature-narrowed .*a needs 1 arguments instead of 0.*src\/x\.ts:1/,
    );
    expect(await judge(before, after, { 'src/x.ts': 'export {};' })).toMatch(/^pass api\.kept/);
  });
});

describe('what cannot be read', () => {
  it('is for a person, and ends no process of ours', async () => {
    const typed = (text: string) => ({ ...manifest({ types: 'index.d.ts' }), 'index.d.ts': text });
    const deep = `export type A = ${'['.repeat(200_000)}1${']'.repeat(200_000)};`;
    expect(await judge(typed('export {};'), typed(deep), {})).toMatch(/^abstain api\.unknown/);
    const wild = { 'src/x.js': `${'('.repeat(300_000)}` };
    const two = [{ 'index.js': 'exports.a = 1; exports.b = 1;' }, { 'index.js': 'exports.a = 1;' }] as const;
    expect(await judge(...two, wild)).toMatch(/^abstain api\.export-removed/);
  });

  it('prints no control characters', async () => {
    const names = "exports['a\\u001b[2J'] = 1; exports.b = 1;";
    const answer = await judge({ 'index.js': names }, { 'index.js': 'exports.b = 1;' }, {});
    expect(answer).toMatch(/^abstain/);
    expect(answer).not.toContain('\u001b');
  });
});
