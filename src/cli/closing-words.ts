import { type CloseOptions, noReason } from './options.ts';

export type Closing =
  | { readonly name: 'kill'; readonly flag: string; readonly options: CloseOptions }
  | { readonly name: 'stop'; readonly options: CloseOptions };

const valued: ReadonlySet<string> = new Set(['--repo', '--state', '--reason']);

/**
 * `kill` and `stop` in their plainest form, read without the reader of all commands; undefined: that one must.
 * DANGER: whatever is answered here must be what that one would read. So what could be read in two ways is left to it, as is
 * every mistake. `here`: the current directory; undefined: there is none.
 */
export function readClosing(words: readonly string[], here: string | undefined): Closing | undefined {
  const [name, ...rest] = words;
  if ((name !== 'kill' && name !== 'stop') || here === undefined) return undefined;
  const found = sortOut(rest);
  if (found === undefined) return undefined;
  const [flag, ...more] = found.plain;
  const options = optionsOf(found.options, here);
  if (name === 'stop') return flag === undefined ? { name, options } : undefined;
  return flag === undefined || more.length > 0 ? undefined : { name, flag, options };
}

type Sorted = { readonly plain: readonly string[]; readonly options: ReadonlyMap<string, string> };

/** Each option once, its value behind it; undefined: there is anything else. */
function sortOut(words: readonly string[]): Sorted | undefined {
  const options = new Map<string, string>();
  const plain: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const value = words[at + 1] ?? '';
    if (isPlain(word)) plain.push(word);
    else if (options.has(word)) return undefined;
    else if (word === '--json') options.set(word, word);
    else if (valued.has(word) && isPlain(value)) {
      options.set(word, value);
      at += 1;
    } else return undefined;
  }
  return { plain, options };
}

function isPlain(word: string): boolean {
  return word !== '' && !word.startsWith('-');
}

function optionsOf(options: ReadonlyMap<string, string>, here: string): CloseOptions {
  const state = options.get('--state');
  return {
    repo: options.get('--repo') ?? here,
    ...(state === undefined ? {} : { state }),
    reason: options.get('--reason') ?? noReason,
    ...(options.has('--json') ? { json: true } : {}),
  };
}
