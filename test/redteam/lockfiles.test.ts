import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildProver } from '../../src/adapters/prover/child-prover.ts';
import { ChildSyntaxComparer } from '../../src/adapters/syntax/child-syntax-comparer.ts';
import type { Dialect } from '../../src/domain/lockfile.ts';
import { runClassify } from '../../src/stages/1-classify/run.ts';
import { allGuardrails } from '../../src/stages/2-guardrails/all.ts';
import { checkChange } from '../../src/stages/2-guardrails/run.ts';
import { covers } from '../../src/testing/covers.ts';
import { sampleSettings } from '../../src/testing/guardrail-settings.ts';
import { guardrailTools } from '../../src/testing/guardrail-tools.ts';
import { lockfileNames } from '../../src/testing/lock-samples.ts';
import { sampleChecksum, sampleIntegrity } from '../../src/testing/npm-samples.ts';
import { TempGit, type TestFiles } from '../../src/testing/temp-git.ts';
import { dialects, locked, registry } from './support/lockfiles.ts';

const settings = sampleSettings();
const syntax = new ChildSyntaxComparer();
const prover = new ChildProver();
const ofPackages = allGuardrails.filter(({ name }) =>
  ['scope', 'lockfile', 'integrity', 'install-scripts', 'release-age'].includes(name),
);

let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

async function judge(dialect: Dialect, change: TestFiles): Promise<{ class: string; denied: string[] }> {
  const root = git.commit('main', locked(dialect, '2.6.1'));
  const head = git.commit('topic', change, root);
  const proposal = { source: 'agent:x', title: 'Safe.', head, ref: 'topic', target: 'main', record: {} };
  const outcome = await runClassify(
    { git, syntax, prover, flagHelpers: [], protectedPatterns: [] },
    { proposal },
  );
  if (outcome.kind !== 'done') {
    return { class: outcome.kind, denied: outcome.kind === 'stop' ? [outcome.conclusion.code] : [] };
  }
  const noTests = { compare: () => Promise.reject(new Error('nothing here may run code')) };
  const deps = { git, registry, ...guardrailTools(), tests: noTests, stopEarly: false };
  const checked = { classification: outcome.data, proposal, now: new Date('2026-01-01T00:00:00Z') };
  const report = await checkChange(deps, settings, checked, ofPackages);
  const denied = report.results.filter(({ verdict }) => verdict === 'fail' || verdict === 'abstain');
  return { class: outcome.data.class, denied: denied.map(({ code }) => code) };
}

describe('the honest update', () => {
  it.each(dialects)('of %s is a patch, and passes', async (dialect) => {
    expect(await judge(dialect, locked(dialect, '2.6.2'))).toEqual({ class: 'dependency-patch', denied: [] });
  });
});

type Swap = readonly [from: string, to: string];

function tampered(dialect: Dialect, swaps: readonly Swap[]): Record<string, string> {
  const files = locked(dialect, '2.6.2');
  const name = lockfileNames[dialect];
  let text = files[name] ?? '';
  for (const [from, to] of swaps) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return { ...files, [name]: text };
}

const ejs = sampleIntegrity('ejs', '2.6.2');
const evil = sampleIntegrity('evil', '2.6.2');
const npmField = (field: string): Swap => [`"integrity": "${ejs}"`, `"integrity": "${ejs}", ${field}`];

describe('a poisoned lockfile', () => {
  covers('LLM03');
  it.each<[Dialect, string, readonly Swap[], string]>([
    ['npm', 'an invented command', [npmField('"bin": { "node": "x.js" }')], 'integrity.bin-differs'],
    ['npm', 'an invented platform', [npmField('"os": ["win32"]')], 'integrity.platform-differs'],
    ['npm', 'an invented processor', [npmField('"cpu": ["s390x"]')], 'integrity.platform-differs'],
    ['npm', 'invented engines', [npmField('"engines": { "node": ">=99" }')], 'integrity.engines-differ'],
    [
      'npm',
      'a bundle that is none',
      [npmField('"bundleDependencies": ["jake"]')],
      'integrity.bundle-differs',
    ],
    [
      'npm',
      'a lockfile inside that is none',
      [npmField('"hasShrinkwrap": true')],
      'integrity.shrinkwrap-differs',
    ],
    ['npm', 'an invented install script', [npmField('"hasInstallScript": true')], 'integrity.script-differs'],
    ['npm', 'production called development', [npmField('"dev": true')], 'lockfile.flag-differs'],
    ['npm', 'a need called optional', [npmField('"optional": true')], 'lockfile.flag-differs'],
    ['npm', 'a package called bundled', [npmField('"inBundle": true')], 'lockfile.bundled'],
    ['pnpm', 'an altered digest', [[ejs, evil]], 'integrity.differs'],
    [
      'pnpm',
      'a foreign tarball',
      [[`{integrity: ${ejs}}`, `{integrity: ${ejs}, tarball: https://evil.test/ejs-2.6.2.tgz}`]],
      'lockfile.foreign-origin',
    ],
    [
      'pnpm',
      'a git repository',
      [[`{integrity: ${ejs}}`, '{type: git, repo: https://evil.test/x.git, commit: abc}']],
      'lockfile.not-a-registry',
    ],
    [
      'pnpm',
      'a folder',
      [[`{integrity: ${ejs}}`, '{directory: ../x, type: directory}']],
      'lockfile.not-a-registry',
    ],
    [
      'pnpm',
      'an alias',
      [
        ['        version: 2.6.2', '        version: evil@2.6.2'],
        ['packages:\n', `packages:\n\n  evil@2.6.2:\n    resolution: {integrity: ${evil}}\n`],
        ['snapshots:\n', 'snapshots:\n\n  evil@2.6.2: {}\n'],
      ],
      'lockfile.alias',
    ],
    [
      'pnpm',
      'a need beyond its range',
      [
        ['      jake: 1.0.0', '      jake: 9.9.9'],
        ['  jake@1.0.0:\n    resolution', '  jake@9.9.9:\n    resolution'],
        [sampleIntegrity('jake', '1.0.0'), sampleIntegrity('jake', '9.9.9')],
        ['  jake@1.0.0: {}', '  jake@9.9.9: {}'],
      ],
      'integrity.invented-dependency',
    ],
    [
      'pnpm',
      'an invented need',
      [
        ['      jake: 1.0.0', '      jake: 1.0.0\n      evil: 1.0.0'],
        [
          'packages:\n',
          `packages:\n\n  evil@1.0.0:\n    resolution: {integrity: ${sampleIntegrity('evil', '1.0.0')}}\n`,
        ],
        ['snapshots:\n', 'snapshots:\n\n  evil@1.0.0: {}\n'],
      ],
      'integrity.invented-dependency',
    ],
    [
      'pnpm',
      'a need that is left out',
      [['    dependencies:\n      jake: 1.0.0\n', '']],
      'integrity.left-out-dependency',
    ],
    [
      'pnpm',
      'an override',
      [['settings:', 'overrides:\n  jake: npm:evil@1.0.0\n\nsettings:']],
      'lockfile.settings-changed',
    ],
    [
      'pnpm',
      'a patch',
      [
        ['  ejs@2.6.2:\n    dependencies', '  ejs@2.6.2(patch_hash=abc):\n    dependencies'],
        ['version: 2.6.2', 'version: 2.6.2(patch_hash=abc)'],
      ],
      'lockfile.patched',
    ],
    [
      'pnpm',
      'a platform',
      [[`{integrity: ${ejs}}`, `{integrity: ${ejs}}\n    os: [win32]`]],
      'integrity.platform-differs',
    ],
    [
      'pnpm',
      'a link out of the repository',
      [['        version: 2.6.2', '        version: link:../evil']],
      'lockfile.not-locked',
    ],
    ['pnpm', 'another specifier', [['specifier: ^2.6.2', 'specifier: ^2.6.1']], 'lockfile.manifest-differs'],
    ['yarn-classic', 'an altered digest', [[ejs, evil]], 'integrity.differs'],
    [
      'yarn-classic',
      'no address',
      [[`  resolved "https://registry.yarnpkg.com/ejs/-/ejs-2.6.2.tgz#${'0'.repeat(40)}"\n`, '']],
      'lockfile.not-locked',
    ],
    ['yarn-classic', 'no digest', [[`  integrity ${ejs}\n`, '']], 'lockfile.no-integrity'],
    [
      'yarn-classic',
      'a foreign host',
      [['https://registry.yarnpkg.com/ejs', 'https://evil.test/ejs']],
      'lockfile.foreign-origin',
    ],
    [
      'yarn-classic',
      'another package’s tarball',
      [['com/ejs/-/ejs-2.6.2', 'com/evil/-/evil-2.6.2']],
      'lockfile.other-tarball',
    ],
    [
      'yarn-classic',
      'git',
      [['https://registry.yarnpkg.com/ejs/-/ejs-2.6.2.tgz', 'git+https://evil.test/x.git']],
      'lockfile.not-a-registry',
    ],
    [
      'yarn-classic',
      'a range that is not asked for',
      [['ejs@^2.6.2:', 'ejs@^2.6.1:']],
      'lockfile.not-locked',
    ],
    [
      'yarn-classic',
      'an older version under the range',
      [
        ['ejs-2.6.2', 'ejs-2.6.1'],
        ['version "2.6.2"', 'version "2.6.1"'],
        [ejs, sampleIntegrity('ejs', '2.6.1')],
      ],
      'lockfile.range-not-met',
    ],
    [
      'yarn-classic',
      'an invented need',
      [
        ['    jake "^1.0.0"', '    jake "^1.0.0"\n    evil "*"'],
        [
          '\njake@^1.0.0:',
          `\nevil@*:\n  version "1.0.0"\n  resolved "https://registry.yarnpkg.com/evil/-/evil-1.0.0.tgz#${'0'.repeat(40)}"\n  integrity ${sampleIntegrity('evil', '1.0.0')}\n\njake@^1.0.0:`,
        ],
      ],
      'integrity.invented-dependency',
    ],
    [
      'yarn-classic',
      'a package that nobody asks for',
      [
        [
          '\njake@^1.0.0:',
          `\nevil@^1.0.0:\n  version "1.0.0"\n  resolved "https://registry.yarnpkg.com/evil/-/evil-1.0.0.tgz#${'0'.repeat(40)}"\n  integrity ${sampleIntegrity('evil', '1.0.0')}\n\njake@^1.0.0:`,
        ],
      ],
      'lockfile.orphan',
    ],
    [
      'yarn-berry',
      'an altered checksum',
      [[sampleChecksum('ejs', '2.6.2'), sampleChecksum('evil', '2.6.2')]],
      'integrity.differs',
    ],
    [
      'yarn-berry',
      'no checksum',
      [[`  checksum: ${sampleChecksum('ejs', '2.6.2')}\n`, '']],
      'integrity.not-comparable',
    ],
    [
      'yarn-berry',
      'a checksum of another kind',
      [[sampleChecksum('ejs', '2.6.2'), `9/${'0'.repeat(128)}`]],
      'integrity.not-comparable',
    ],
    [
      'yarn-berry',
      'an alias',
      [
        ['resolution: "ejs@npm:2.6.2"', 'resolution: "evil@npm:2.6.2"'],
        [sampleChecksum('ejs', '2.6.2'), sampleChecksum('evil', '2.6.2')],
      ],
      'lockfile.alias',
    ],
    [
      'yarn-berry',
      'an archive elsewhere',
      [['"ejs@npm:2.6.2"', '"ejs@npm:2.6.2::__archiveUrl=https%3A%2F%2Fevil.test%2Fx.tgz"']],
      'lockfile.foreign-origin',
    ],
    [
      'yarn-berry',
      'a patch of the repository',
      [
        [
          'resolution: "ejs@npm:2.6.2"',
          'resolution: "ejs@patch:ejs@npm%3A2.6.2#./x.patch::version=2.6.2&hash=abc"',
        ],
      ],
      'lockfile.patched',
    ],
    [
      'yarn-berry',
      'a patch that calls itself Yarn’s own',
      [
        [
          'resolution: "ejs@npm:2.6.2"',
          'resolution: "ejs@patch:ejs@npm%3A2.6.2#./x#optional!builtin<compat/resolve>"',
        ],
      ],
      'lockfile.patched',
    ],
    [
      'yarn-berry',
      'git',
      [['"ejs@npm:2.6.2"', '"ejs@https://evil.test/x.git#commit=abc"']],
      'lockfile.foreign-origin',
    ],
    ['yarn-berry', 'a link', [['"ejs@npm:2.6.2"', '"ejs@portal:/tmp/evil::locator=x"']], 'lockfile.link'],
    [
      'yarn-berry',
      'an invented command',
      [['  checksum: 10c0', '  bin:\n    node: ./x.js\n  checksum: 10c0']],
      'integrity.bin-differs',
    ],
    [
      'yarn-berry',
      'an invented platform',
      [['  checksum: 10c0', '  conditions: os=win32\n  checksum: 10c0']],
      'integrity.platform-differs',
    ],
    [
      'yarn-berry',
      'a left out need',
      [['  dependencies:\n    jake: "npm:^1.0.0"\n', '']],
      'integrity.left-out-dependency',
    ],
  ])('of %s: %s', async (dialect, _what, swaps, code) => {
    const { class: changeClass, denied } = await judge(dialect, tampered(dialect, swaps));
    expect(denied, changeClass).toContain(code);
  });

  it.each<[Dialect, string, readonly Swap[]]>([
    [
      'pnpm',
      'a merge key',
      [['    dependencies:\n      jake: 1.0.0', '    <<: {dependencies: {jake: 9.9.9}}']],
    ],
    ['pnpm', 'an anchor', [[`{integrity: ${ejs}}`, `&a {integrity: ${ejs}}`]]],
    ['pnpm', 'a key that stands twice', [['  jake@1.0.0: {}', '  jake@1.0.0: {}\n  jake@1.0.0: {}']]],
    ['pnpm', 'a second document', [['settings:', '---\nsettings:']]],
    ['pnpm', 'an unknown version', [["'9.0'", "'5.4'"]]],
    ['yarn-classic', 'a key that stands twice', [['jake@^1.0.0:', 'ejs@^2.6.2:']]],
    [
      'yarn-classic',
      'a field that is unknown',
      [['  version "2.6.2"', '  version "2.6.2"\n  prebuiltVariants "x"']],
    ],
    ['yarn-classic', 'a conflict that was never solved', [['jake@^1.0.0:', '<<<<<<< a\njake@^1.0.0:']]],
    ['yarn-berry', 'another version than it resolves to', [['  version: 2.6.2', '  version: 2.6.1']]],
    [
      'yarn-berry',
      'a workspace outside',
      [['resolution: "jake@npm:1.0.0"', 'resolution: "jake@workspace:../x"']],
    ],
  ])('of %s that two readers may read differently: %s', async (dialect, _what, swaps) => {
    expect((await judge(dialect, tampered(dialect, swaps))).denied).toEqual(['lockfile.invalid']);
  });
});

describe('several lockfiles', () => {
  it.each<[string, Dialect, TestFiles, string]>([
    ['one that comes beside', 'npm', locked('pnpm', '2.6.2'), 'lockfile.appeared'],
    [
      'one that npm prefers',
      'npm',
      { 'npm-shrinkwrap.json': locked('npm', '2.6.2')['package-lock.json'] ?? '' },
      'lockfile.appeared',
    ],
    ['one that goes', 'yarn-berry', { 'yarn.lock': null }, 'lockfile.removed'],
    ['one of a manager that is not known', 'npm', { 'bun.lock': '{}' }, 'lockfile.appeared'],
    ['one below', 'npm', { 'packages/x/yarn.lock': '' }, 'lockfile.nested'],
  ])('%s', async (_what, dialect, change, code) => {
    const { class: changeClass, denied } = await judge(dialect, change);
    expect(changeClass).toBe('other');
    expect(denied).toContain(code);
  });
});
