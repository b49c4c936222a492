import { AutolandError } from './errors.ts';

/** What a person named. `base` undefined: where the head left the default branch. */
export type Range = {
  readonly base: string | undefined;
  readonly head: string;
  /** The base is where the two parted, not the tip of what was named. */
  readonly fromFork: boolean;
};

/** Throws `usage`. */
export function parseRange(text: string | undefined): Range {
  if (text === undefined) return { base: undefined, head: 'HEAD', fromFork: true };
  const [base = '', head, ...more] = text.split(/\.{2,}/);
  const dots = /\.{2,}/.exec(text)?.[0].length ?? 0;
  const isRef = (ref: string) => ref !== '' && !/\s/.test(ref) && !ref.startsWith('-');
  if (head === undefined && isRef(base)) return { base: undefined, head: base, fromFork: true };
  if (head !== undefined && more.length === 0 && dots <= 3 && isRef(base) && (head === '' || isRef(head)))
    return { base, head: head === '' ? 'HEAD' : head, fromFork: dots === 3 };
  throw new AutolandError(
    'usage',
    `expected BASE..HEAD, BASE...HEAD or HEAD, found ${JSON.stringify(text)}`,
    {
      mend: 'such as: autoland check origin/main..HEAD',
    },
  );
}
