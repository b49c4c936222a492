import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';
import { posix } from 'node:path';
import vm from 'node:vm';
import { parse } from 'yaml';
import type { Tree } from '../../judge-eval/trees.ts';

/** Of Node, what a row may use: nothing that reaches files, processes or a network. */
const allowed = new Set(
  'assert buffer crypto events path querystring stream string_decoder timers timers/promises url util zlib'.split(
    ' ',
  ),
);

/** Found in every realm; the language's own objects are each realm's own, so that spoiling one spoils no other. */
const given = {
  AbortController,
  AbortSignal,
  atob,
  btoa,
  Buffer,
  clearTimeout,
  clearInterval,
  crypto,
  performance,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
  structuredClone,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
};

/** One side of a row in a realm of its own, with its check loaded into it. DANGER: no jail; rows are code of this project. */
export class Realm {
  readonly touched = new Set<string>();
  /** How long `ends` waits. */
  limitMs: number;
  readonly #tree: Tree;
  readonly #context = vm.createContext({
    ...given,
    console: quiet(),
    process: { env: {}, platform: 'linux' },
  });
  readonly #modules = new Map<string, vm.Module>();
  readonly #required = new Map<string, { exports: unknown }>();

  constructor(tree: Tree, limitMs: number) {
    this.#tree = tree;
    this.limitMs = limitMs;
  }

  async load(check: string): Promise<Readonly<Record<string, unknown>>> {
    const module = new vm.SourceTextModule(check, { context: this.#context, identifier: 'check.mjs' });
    await module.link((specifier, from) => this.#resolve(specifier, from.identifier));
    await module.evaluate();
    return module.namespace as Readonly<Record<string, unknown>>;
  }

  async #resolve(specifier: string, from: string): Promise<vm.Module> {
    if (specifier === 'row:tools') return this.#synthetic(specifier, this.#tools());
    const name = specifier.replace(/^node:/, '');
    if (allowed.has(name)) return this.#synthetic(specifier, await builtin(name));
    const path = this.#find(specifier, from);
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const module = this.#make(path);
    this.#modules.set(path, module);
    return module;
  }

  #make(path: string): vm.Module {
    if (path.endsWith('.json'))
      return this.#synthetic(path, { default: this.#plain(JSON.parse(this.#read(path))) });
    const source = this.#source(path);
    if (!isScript(path, source))
      return new vm.SourceTextModule(source, { context: this.#context, identifier: path });
    const exports = this.#require(path);
    const names = typeof exports === 'object' || typeof exports === 'function' ? { ...exports } : {};
    return this.#synthetic(path, { ...names, default: exports });
  }

  #require(path: string): unknown {
    const known = this.#required.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: this.#plain({}) };
    this.#required.set(path, module);
    const run = vm.compileFunction(this.#source(path), ['module', 'exports', 'require'], {
      parsingContext: this.#context,
      filename: path,
    });
    run(module, module.exports, (specifier: string) => {
      const name = specifier.replace(/^node:/, '');
      if (allowed.has(name)) return process.getBuiltinModule(`node:${name}`);
      const found = this.#find(specifier, path);
      return found.endsWith('.json') ? this.#plain(JSON.parse(this.#read(found))) : this.#require(found);
    });
    return module.exports;
  }

  #find(specifier: string, from: string): string {
    const relative = specifier.startsWith('.');
    const stem = relative ? posix.join(posix.dirname(from), specifier) : specifier;
    const tails = ['', '.js', '.mjs', '.ts', '.json', '/index.js', '/index.mjs', '/index.ts'];
    const heads = relative ? [''] : ['node_modules/', 'vendor/', 'packages/'];
    const found = heads
      .flatMap((head) => tails.map((tail) => `${head}${stem}${tail}`))
      .find((path) => path in this.#tree);
    if (found === undefined) throw new Error(`${from} loads ${specifier}, which is no file of the row`);
    return found;
  }

  #source(path: string): string {
    const text = this.#read(path);
    return /\.[cm]?ts$/.test(path) ? stripTypeScriptTypes(text) : text;
  }

  #read(path: string): string {
    const text = this.#tree[path];
    if (text === undefined) throw new Error(`${path} is no file of this side`);
    this.touched.add(path);
    return text;
  }

  /** Objects made here would be of another realm, with prototypes that the row cannot spoil. */
  #plain<T>(value: T): T {
    return vm.runInContext(`(${JSON.stringify(value)})`, this.#context) as T;
  }

  #tools(): Readonly<Record<string, unknown>> {
    return {
      text: (path: string) => this.#read(path),
      has: (path: string) => path in this.#tree,
      json: (path: string) => this.#plain(JSON.parse(this.#read(path))),
      yaml: (path: string) => this.#plain(parse(this.#read(path))),
      sha256: (text: string) => createHash('sha256').update(text).digest('hex'),
      ends: (run: () => unknown) => this.ends(run),
    };
  }

  /** The answer of `run`, or an error named Endless. The engine stops it even inside of one regular expression. */
  ends(run: () => unknown): unknown {
    Object.assign(this.#context, { __run: run });
    try {
      return vm.runInContext('__run()', this.#context, { timeout: this.limitMs });
    } catch (error) {
      if (Reflect.get(Object(error), 'code') !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      throw Object.assign(new Error('it does not end'), { name: 'Endless' });
    }
  }

  #synthetic(identifier: string, exports: object): vm.Module {
    const names = Object.keys(exports);
    const set = function (this: vm.SyntheticModule) {
      for (const name of names) this.setExport(name, Reflect.get(exports, name));
    };
    return new vm.SyntheticModule(names, set as () => void, { context: this.#context, identifier });
  }
}

async function builtin(name: string): Promise<object> {
  return { ...((await import(`node:${name}`)) as object) };
}

function isScript(path: string, source: string): boolean {
  if (/\.[cm]?ts$|\.mjs$/.test(path) || /^\s*(import|export)\b/m.test(source)) return false;
  return path.endsWith('.cjs') || /\bmodule\.exports\b|\bexports\.\w+\s*=|\brequire\(/.test(source);
}

/** Rows may log; what they say is told to nobody. */
function quiet(): Readonly<Record<string, () => void>> {
  return Object.fromEntries(['log', 'info', 'warn', 'error', 'debug'].map((name) => [name, () => {}]));
}
