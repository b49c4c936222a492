const most = { line: 2_000, characters: 40_000, listed: 500 };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** undefined: it is no text. */
export function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Lines with their numbers, and what was left out. */
export function numbered(text: string, from: number, lines: number): string {
  const all = text.split('\n');
  const told: string[] = [];
  let size = 0;
  let at = from;
  for (; at <= all.length && at < from + lines && size < most.characters; at += 1) {
    const line = shortened(all[at - 1] ?? '', most.line);
    told.push(`${at}\t${line}`);
    size += line.length;
  }
  if (told.length === 0) return `there is no line ${from}: the file has ${all.length}`;
  const rest = all.length - at + 1;
  return rest > 0 ? `${told.join('\n')}\n(${rest} more lines, from ${at})` : told.join('\n');
}

export function listed(paths: readonly string[], { under, after }: { under: string; after: string }): string {
  const found = paths.filter((path) => path.startsWith(under) && path > after).sort();
  const shown = found.slice(0, most.listed);
  if (shown.length === 0) return 'there is no such path';
  const rest = found.length - shown.length;
  return rest > 0 ? `${shown.join('\n')}\n(${rest} more, after ${shown.at(-1)})` : shown.join('\n');
}

export function shortened(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text.slice(0, length).toWellFormed()}… (${text.length} characters)`;
}
