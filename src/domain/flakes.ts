import type { Json, JsonObject } from './json.ts';

/** Names of tests that failed and passed in two runs of the same code, by the side that ran. */
export type Flakes = { readonly base: readonly string[]; readonly head: readonly string[] };

/** Of a name. The same as in `tests.quarantine`: a longer one could not be told to it. */
export const mostNameLength = 1000;
const mostNames = 10;

/** For the evidence of the guardrail tests; what is empty is left out. */
export function flakeEvidence({ base, head }: Flakes, quarantined: ReadonlySet<string>): JsonObject {
  const known = [...new Set([...base, ...head])].filter((name) => quarantined.has(name));
  return {
    ...(base.length > 0 && { baseFlakes: shown(base) }),
    ...(head.length > 0 && { headFlakes: shown(head) }),
    ...(known.length > 0 && { quarantinedFlakes: shown(known) }),
  };
}

/** Reads such evidence. Code of the repository chose the names: they are any text, of bounded length and number. */
export function flakesIn({ baseFlakes, headFlakes, flakes }: JsonObject): Flakes {
  // Journals from before `headFlakes` name those of the head `flakes`.
  return { base: namesIn(baseFlakes), head: namesIn(headFlakes ?? flakes) };
}

/** Those that were not in quarantine when it ran, each once. */
export function countingFlakes(evidence: JsonObject): readonly string[] {
  const { base, head } = flakesIn(evidence);
  const known = new Set(namesIn(evidence.quarantinedFlakes));
  return [...new Set([...base, ...head])].filter((name) => !known.has(name));
}

function namesIn(value: Json | undefined): readonly string[] {
  const names = Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  return shown([...new Set(names)]);
}

function shown(names: readonly string[]): readonly string[] {
  return names.slice(0, mostNames).map((name) => name.slice(0, mostNameLength));
}

/** A name that may have been cut is not the name of a test. */
export const isWhole = (name: string): boolean => name.length < mostNameLength;

const dayMs = 24 * 3600 * 1000;
const suggestedDays = 30;
const columns = 58;

/**
 * Lines of YAML to be pasted into a configuration: these tests in `tests.quarantine` for 30 days from `now`. Printable, and
 * no wider than 58 columns where a name has a space to break at. No name: no line.
 */
export function quarantineYaml(names: readonly string[], now: Date): readonly string[] {
  if (names.length === 0) return [];
  const until = new Date(now.getTime() + suggestedDays * dayMs).toISOString().slice(0, 10);
  return [
    'tests:',
    '  quarantine:',
    ...names.flatMap((name) => [...quoted('    - test: ', name), `      until: ${until}`]),
  ];
}

/** A double-quoted scalar, where one line break and the blanks around it are one space. */
function quoted(head: string, name: string): readonly string[] {
  const lines: string[] = [];
  const words = `"${escaped(name)}"`.split(' ');
  let line = head + (words[0] ?? '');
  for (const [at, word] of words.slice(1).entries()) {
    // Two spaces, or one at an edge, would not be told from the blanks around the break.
    const breaks = ![words[at], word].some((one) => one === '' || one === '"');
    if (breaks && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = `        ${word}`;
    } else line += ` ${word}`;
  }
  return [...lines, line];
}

/** What no terminal would show as it is, as JSON and YAML both escape it. */
function escaped(text: string): string {
  const json = JSON.stringify(text).slice(1, -1);
  return json.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) => {
    const hex = (one.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
}
