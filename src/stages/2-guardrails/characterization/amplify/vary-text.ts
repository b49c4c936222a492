import { seeded } from './seeded.ts';
import type { Varied } from './varied.ts';

const letters = ['é', 'ß', 'ı', '中', '😀'];
const signs = ['%', '/', '.', '#', '&', '"', "'", '<', '@', '\\', '-', '_', ':', '?', '=', '$', '{'];
const controls = ['\n', '\r\n', '\t', '\0'];
const longest = 200;

/** Texts that are near a text: what a client may well send the next time. */
export function varyText(text: string): readonly Varied<string>[] {
  const at = seeded(text, text.length);
  const one = text.charAt(at);
  const insert = (what: string) => text.slice(0, at) + what + text.slice(at);
  const varied: Varied<string>[] = [
    { operator: 'empty', value: '' },
    { operator: 'cut', value: text.slice(0, at) + text.slice(at + 1) },
    { operator: 'cut', value: text.slice(0, -1) },
    { operator: 'doubled', value: insert(one) },
    { operator: 'case', value: swapped(text) },
    { operator: 'blank', value: ` ${text}` },
    { operator: 'blank', value: `${text} ` },
    { operator: 'blank', value: insert(' ') },
    { operator: 'letter', value: insert(letters[seeded(`${text} letter`, letters.length)] ?? '') },
    { operator: 'digit', value: otherDigit(text) ?? insert('7') },
    ...some(signs, text, 3).map((sign) => ({ operator: 'sign' as const, value: insert(sign) })),
    {
      operator: 'long',
      value:
        text === ''
          ? 'x'.repeat(longest)
          : text.repeat(Math.ceil(longest / text.length)).slice(0, Math.max(longest, text.length)),
    },
    { operator: 'control', value: insert(controls[seeded(`${text} control`, controls.length)] ?? '') },
    { operator: 'control', value: `\t${text}` },
    { operator: 'path', value: `../${text}` },
    { operator: 'path', value: `${text}/../..` },
    ...varyNames(text),
  ];
  return varied.filter(({ value }) => value !== text);
}

function swapped(text: string): string {
  const lower = text.toLowerCase();
  return lower === text ? text.toUpperCase() : lower;
}

function otherDigit(text: string): string | undefined {
  const found = [...text.matchAll(/\d/g)];
  const one = found[seeded(text, found.length)];
  if (one === undefined) return undefined;
  return text.slice(0, one.index) + String((Number(one[0]) + 1) % 10) + text.slice(one.index + 1);
}

function some<T>(list: readonly T[], seed: string, count: number): readonly T[] {
  const start = seeded(`${seed} some`, list.length);
  return Array.from({ length: count }, (_, at) => list[(start + at * 5) % list.length]).filter(
    (one) => one !== undefined,
  );
}

const word = /[A-Za-z_$][\w$]*/g;
const mostWords = 8;

/** Names by which a text reaches the prototype of all objects, where it has names of its own. */
export function varyNames(text: string): readonly Varied<string>[] {
  const names = [...text.matchAll(word)].map(({ 0: name, index }) => ({
    name,
    index,
    end: index + name.length,
  }));
  // Those beside a sign are more likely to be names.
  const isMarked = ({ index, end }: { index: number; end: number }) =>
    /[.[\]=:&"'/-]/.test(text.charAt(index - 1) + text.charAt(end));
  const chosen = [...names.filter(isMarked), ...names.filter((one) => !isMarked(one))].slice(0, mostWords);
  return chosen.flatMap(({ name, index, end }): Varied<string>[] => {
    const [before, after] = [text.slice(0, index), text.slice(end)];
    const dot = before.endsWith('[') ? '][' : '.';
    return [
      { operator: 'proto-key', value: `${before}__proto__${after}` },
      { operator: 'proto-key', value: `${before}__proto__${dot}${name}${after}` },
      { operator: 'constructor-key', value: `${before}constructor${dot}prototype${dot}${name}${after}` },
    ];
  });
}
