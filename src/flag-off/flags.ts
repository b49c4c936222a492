import { child, children, identifier, type Node, property, walk } from '../domain/syntax-tree.ts';
import { isPure } from './inert.ts';
import { evaluatedWith } from './names.ts';
import { type FlagFile, Origins } from './origins.ts';
import { settledCalls, valuesOfDetails } from './placed-calls.ts';
import { flagDetails, flagLiteral, flagValue } from './tree.ts';

/** One place where a flag is asked. `why`: it is not understood. */
export type Evaluation = {
  readonly key: string | undefined;
  readonly fallback: unknown;
  readonly start: number;
  readonly why: string | undefined;
};

const values = 'getBooleanValue';
const details = 'getBooleanDetails';
const evaluating =
  /^(get(Boolean|String|Number|Object)(Value|Details)|use(Boolean|String|Number|Object)?Flag(Value|Details)?)$/;

/** Whether a text may ask a flag at all; most need not be parsed. */
export function mayAskFlags(text: string, helpers: readonly string[]): boolean {
  const names = helpers.map((helper) => helper.split('#')[1] ?? '');
  return (
    /get(Boolean|String|Number|Object)(Value|Details)|use\w*Flag/.test(text) ||
    // What a whole module is has no name of its own where it is used.
    names.some((name) => name === 'default' || text.includes(name))
  );
}

/** The places of one file where flags are asked, and how to put a value there. */
export class FlagReader {
  readonly #program: Node;
  readonly #origins: Origins;
  readonly #settled: ReadonlySet<number>;
  readonly #valueOnly: ReadonlySet<number>;

  constructor(file: FlagFile) {
    this.#program = file.program;
    this.#origins = new Origins(file);
    this.#settled = settledCalls(file.program);
    this.#valueOnly = valuesOfDetails(file.program, details);
  }

  get isKnown(): (name: string) => boolean {
    return this.#origins.isKnown;
  }

  get isClient(): (init: Node) => boolean {
    return this.#origins.isClient;
  }

  evaluations(): readonly Evaluation[] {
    const awaited = new Set<number>();
    for (const node of evaluatedWith(this.#program)) {
      const argument = node.type === 'AwaitExpression' ? child(node, 'argument') : undefined;
      if (argument !== undefined) awaited.add(argument.start);
    }
    return [...walk(this.#program)].flatMap(({ node }) => {
      const found = this.read(node);
      if (found === undefined || found.why !== undefined || !awaited.has(node.start)) return found ?? [];
      return { ...found, why: 'it is awaited where the file is loaded, which delays whatever loads it' };
    });
  }

  /** The program with the flags of these keys replaced, each with the `await` before it and the `.value` after it. */
  replaceIn(node: Node, keys: ReadonlySet<string>, value: boolean): Node {
    // Its argument was replaced before it: leaves come first.
    const awaited = node.type === 'AwaitExpression' ? child(node, 'argument') : undefined;
    if (awaited !== undefined && flagValue(awaited) !== undefined) return awaited;
    const owner = property(node) === 'value' ? child(node, 'object') : undefined;
    if (owner?.ofDetails === true) return flagLiteral(value, node.start);
    const found = this.read(node);
    const wanted = found?.key !== undefined && found.why === undefined && keys.has(found.key);
    if (!wanted) return node;
    return this.isDetails(node) ? flagDetails(value, node.start) : flagLiteral(value, node.start);
  }

  /** A call that answers details, of which only the value is read. */
  isDetails(node: Node): boolean {
    return node.type === 'CallExpression' && this.#valueOnly.has(node.start);
  }

  read(node: Node): Evaluation | undefined {
    if (node.type !== 'CallExpression') return undefined;
    const callee = child(node, 'callee');
    const name = property(callee) ?? identifier(callee) ?? '';
    const helper = !evaluating.test(name) && this.#origins.isHelper(callee);
    if (!helper && !evaluating.test(name)) return undefined;
    const [first, second, ...rest] = children(node, 'arguments');
    const key = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
    const fallback = second === undefined ? undefined : second.type === 'Literal' ? second.value : 'computed';
    const args = helper ? [second, ...rest] : rest;
    return {
      key,
      fallback: helper && second?.type !== 'Literal' ? false : fallback,
      start: node.start,
      why: key === undefined ? 'its key is no literal' : this.#trouble(node, { helper, name, args }),
    };
  }

  #trouble(node: Node, { helper, name, args }: Asked): string | undefined {
    if (node.optional === true) return 'an optional call';
    if (!helper) {
      const isValue = name === values || (name === details && this.isDetails(node));
      if (!isValue)
        return name === details
          ? `${name} is understood where .value follows it`
          : `${name} is not understood`;
      const client = this.#origins.clientAt(child(child(node, 'callee'), 'object'));
      if (client === undefined) return 'it is not clear what is asked: no client of OpenFeature';
      if (client === 'promises' && !this.#settled.has(node.start))
        return 'it is not awaited, and a promise is always true';
    }
    return args.every((arg) => isPure(arg, this.isKnown)) ? undefined : 'its context may act or throw';
  }
}

type Asked = {
  readonly helper: boolean;
  readonly name: string;
  readonly args: readonly (Node | undefined)[];
};
