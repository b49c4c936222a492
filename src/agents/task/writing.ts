import type { TaskClass } from '../../domain/agents.ts';
import type { FileKind } from '../../domain/change.ts';
import { isProtectedPath } from '../../stages/1-classify/paths.ts';
import { type Place, placeOf } from '../../stages/2-guardrails/scope/places.ts';

/** What decides how changes are checked is in none of them: a model that may edit tests makes them agree with it. */
const places: Readonly<Record<TaskClass | 'any', readonly Place[]>> = {
  docs: ['document'],
  lint: ['source'],
  'crash-fix': ['source'],
  'flag-addition': ['source'],
  any: ['document', 'source', 'other'],
};

const told: Readonly<Record<Place, string>> = {
  manifest: 'a package.json',
  lockfile: 'a lockfile',
  tool: 'a file that changes how tools run',
  generated: 'a file that a program writes',
  document: 'a document',
  test: 'a test',
  source: 'source code',
  other: 'of no kind that the task is about',
};

export type WritingRules = {
  /** undefined: none in particular. */
  readonly class: TaskClass | undefined;
  /** Nothing but these paths; absent: what the class may. */
  readonly only?: readonly string[];
  /** Protected paths of the project. */
  readonly protectedPaths: readonly RegExp[];
};

const most = { files: 100, characters: 400_000 };

/** What a path is made of, and nothing that some file system takes for something else. */
const plainPath = /^[\p{L}\p{N}\p{M}\p{S}\p{P} ]+$/u;
const dangerousPart = /^\.{0,2}$|^(\.git|git~1)[. ]*(:.*)?$/i;

export type Written = {
  readonly path: string;
  readonly files: ReadonlyMap<string, FileKind>;
  readonly draft: ReadonlyMap<string, string>;
};

/** Why a file must not be written, for the model; undefined: it may be. */
export function whyNotWritten({ path, files, draft }: Written, rules: WritingRules): string | undefined {
  if (
    !plainPath.test(path) ||
    path.includes('\\') ||
    path.split('/').some((part) => dangerousPart.test(part))
  )
    return 'it is no plain path below the root of the project';
  if (isProtectedPath(path, rules.protectedPaths))
    return 'it is protected: rules, CI and settings of the repository are changed by people';
  const place = placeOf(path);
  if (!places[rules.class ?? 'any'].includes(place))
    return `it is ${told[place]}: this task does not change those`;
  if (rules.only?.includes(path) === false) return `this task changes ${rules.only.join(', ')} alone`;
  const kind = files.get(path);
  if (kind !== undefined && kind !== 'file' && kind !== 'executable') return `it is a ${kind}`;
  if (!draft.has(path) && draft.size >= most.files) return `${most.files} files are written already`;
  return clash(path, [...files.keys(), ...draft.keys()]);
}

function clash(path: string, others: readonly string[]): string | undefined {
  const below = others.find((other) => other.startsWith(`${path}/`));
  if (below !== undefined) return 'it is a directory';
  const above = others.find((other) => path.startsWith(`${other}/`));
  return above === undefined ? undefined : `${above} is no directory`;
}

/** Why a text must not stand in a file; undefined: it may. */
export function whyNotText(text: string): string | undefined {
  if (text.length > most.characters) return `the file would have over ${most.characters} characters`;
  return text.isWellFormed() && !text.includes('\0') ? undefined : 'the file would be no text';
}

/** The text with the one place replaced, or why not. */
export function replaced(text: string, old: string, by: string): { readonly text: string } | string {
  const at = text.indexOf(old);
  if (at === -1) return 'the old text does not stand in the file: read it again, and give it exactly';
  // One place further, so that a text that overlaps itself is found twice.
  if (text.indexOf(old, at + 1) !== -1)
    return 'the old text stands there more than once: give more of what is around';
  return { text: `${text.slice(0, at)}${by}${text.slice(at + old.length)}` };
}
