import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'gc.auto=0'];
/** How many files the changes take turns in. */
const parts = 6;

const files: Readonly<Record<string, string>> = {
  'package.json': `{"name":"small","version":"1.0.0","type":"module","scripts":{"test":"node --test"}}\n`,
  'server.js': `import { createServer } from 'node:http';
import { greet } from './greet.js';

createServer((_request, response) => response.end(greet('you'))).listen(process.env.PORT);
`,
  'greet.js': `${Array.from({ length: parts }, (_, n) => `import { part${n} } from './part-${n}.js';`).join('\n')}

export const greet = (name) => [${Array.from({ length: parts }, (_, n) => `part${n}(name)`).join(', ')}].join(' ');
`,
  'test/greet.test.js': `import assert from 'node:assert';
import test from 'node:test';
import { greet } from '../greet.js';

test('greets', () => assert.match(greet('a'), /^0a 1a .* ${parts - 1}a$/));
`,
  '.autoland/autoland.yaml': `version: 1
commands: { install: null, test: [node, --test] }
autonomy: { lint: deploy, revert: deploy }
service: { name: small, command: [node, server.js], health: { path: / }, graceSeconds: 0.2 }
rollout:
  alpha: 0.01
  beta: 0.2
  ceiling: 0.4
  lookSeconds: 0.1
  watch: null
  steps: [{ share: 50%, exclude: 20, limit: 120s, bake: 0.3s }]
limits: { perDay: 100000 }
`,
  '.autoland/policy.cedar': `@id("all")
@reason("this repository is there to be landed on")
permit (principal, action, resource);
`,
};

/** A bare repository without dependencies whose service answers a line, and a work tree to make changes in. */
export class SmallRepository {
  readonly bare: string;
  readonly #tree: string;

  constructor(dir: string) {
    this.bare = join(dir, 'small.git');
    this.#tree = join(dir, 'tree');
    mkdirSync(this.#tree);
    this.#git('init', '-q', '-b', 'main', '.');
    const all = {
      ...files,
      ...Object.fromEntries(Array.from({ length: parts }, (_, n) => [partName(n), part(n, 0)])),
    };
    for (const [path, text] of Object.entries(all)) this.#write(path, text);
    this.#commit('A service that greets');
    this.#git('clone', '-q', '--bare', '.', this.bare);
    this.#git('remote', 'add', 'origin', this.bare);
  }

  /** A branch with a change of layout only, on today's tip: each is another tree than all before. Answers its ref. */
  async branch(n: number): Promise<string> {
    // Never synchronously: the users of the same process would stand still meanwhile.
    const git = (...args: readonly string[]) => run('git', [...identity, ...args], { cwd: this.#tree });
    await git('fetch', '-q', 'origin', 'main');
    await git('checkout', '-q', '-B', `change-${n}`, 'FETCH_HEAD');
    this.#write(partName(n % parts), part(n % parts, 1 + Math.floor(n / parts)));
    await git('commit', '-q', '-a', '-m', `Lay out part ${n % parts} (${n})`);
    await git('push', '-q', 'origin', `change-${n}`);
    return `refs/heads/change-${n}`;
  }

  /** The value of the trailer `Autoland-Change` of each commit that has one, first parents only. */
  landed(): readonly string[] {
    const format = '--format=%(trailers:key=Autoland-Change,valueonly,separator=%x2C)';
    const lines = this.#git('--git-dir', this.bare, 'log', '--first-parent', format, 'refs/heads/main');
    return lines
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(join(this.#tree, path)), { recursive: true });
    writeFileSync(join(this.#tree, path), text);
  }

  #commit(message: string): void {
    this.#git('add', '-A');
    this.#git('commit', '-q', '-m', message);
  }

  #git(...args: readonly string[]): string {
    return execFileSync('git', [...identity, ...args], { cwd: this.#tree, encoding: 'utf8' });
  }
}

function partName(n: number): string {
  return `part-${n}.js`;
}

function part(n: number, layout: number): string {
  return `export const part${n} = (name) => {${'\n'.repeat(layout)} return '${n}' + name;\n};\n`;
}
