import type { FetchedDialect } from './pins.ts';

/** That something asks for `name` by `spec`, and shall get `to`. */
export type Asking = {
  readonly name: string;
  readonly spec: string;
  readonly to: string;
  /** The name under which `to` was locked; absent: its own. */
  readonly alias?: string;
};

/**
 * Yarn takes the newest version for a range that its lockfile does not hold. So the range is written beside the very version
 * that Yarn has just locked, and away from any other; Yarn then keeps it, and writes the file anew. Pure.
 */
export function admitRanges(dialect: FetchedDialect, lock: string, asked: readonly Asking[]): string {
  const keys = keysOf[dialect];
  return keys === undefined ? lock : asked.reduce((text, asking) => admit(text, asking, keys), lock);
}

type Keys = {
  readonly read: (line: string) => readonly string[] | undefined;
  readonly write: (patterns: readonly string[]) => string;
  readonly pattern: (name: string, range: string) => string;
  readonly aliased: (alias: string, name: string, range: string) => string;
};

const aliased: Keys['aliased'] = (alias, name, range) => `${alias}@npm:${name}@${range}`;

const plain = /^(?!true|false)[a-z][^\s:",]*$/i;

const keysOf: Readonly<Record<FetchedDialect, Keys | undefined>> = {
  pnpm: undefined,
  'yarn-classic': {
    read: (line) =>
      /^[^\s#].*:$/.test(line)
        ? [...line.matchAll(/"((?:[^"\\]|\\.)*)"|[^\s,":]+/g)].map(([whole, quoted]) => quoted ?? whole)
        : undefined,
    write: (patterns) =>
      `${patterns.map((each) => (plain.test(each) ? each : JSON.stringify(each))).join(', ')}:`,
    pattern: (name, range) => `${name}@${range}`,
    aliased,
  },
  'yarn-berry': {
    read: (line) => /^"([^"]+)":$/.exec(line)?.[1]?.split(', '),
    write: (patterns) => `"${patterns.join(', ')}":`,
    pattern: (name, range) => `${name}@npm:${range}`,
    aliased,
  },
};

function admit(text: string, { name, spec, to, alias }: Asking, keys: Keys): string {
  const wanted = keys.pattern(name, spec);
  const exact = alias === undefined ? keys.pattern(name, to) : keys.aliased(alias, name, to);
  // Only the blocks that tell of either are written again.
  const blocks = text.split(/(?<=\n)(?=[^\s#])/);
  const known = blocks.map((block) => keys.read(firstLine(block)) ?? []);
  if (wanted === exact || !known.some((patterns) => patterns.includes(exact))) return text;
  return blocks
    .map((block, at) => {
      const patterns = known[at] ?? [];
      const rest = patterns.filter((each) => each !== wanted);
      if (patterns.includes(exact)) return withKey(block, keys.write([...rest, wanted]));
      if (rest.length === patterns.length) return block;
      return rest.length === 0 ? '' : withKey(block, keys.write(rest));
    })
    .join('');
}

function firstLine(block: string): string {
  return (/^[^\n]*/.exec(block)?.[0] ?? '').trimEnd();
}

function withKey(block: string, key: string): string {
  return `${key}${block.slice(firstLine(block).length)}`;
}
