import type { Token } from './tokens.ts';

/** What each `toMatchInlineSnapshot("...")` holds. */
export function inlineSnapshots(tokens: readonly Token[]): readonly { text: string; line: number }[] {
  return tokens.flatMap((token, at) => {
    if (!/^(?:toMatchInlineSnapshot|toThrowErrorMatchingInlineSnapshot)$/.test(token.text)) return [];
    const value = tokens[at + 2];
    if (token.kind !== 'word' || value?.kind !== 'string') return [];
    return [{ text: value.text.replaceAll(/\s+/g, ' ').trim(), line: token.line }];
  });
}

/** `timeout: 5000`, `setTimeout(5000)` of a runner, `this.timeout(5000)`. */
export function timeoutsOf(tokens: readonly Token[]): readonly { ms: number; line: number }[] {
  return tokens.flatMap((token, at) => {
    const owner = tokens[at - 2]?.text ?? '';
    const option = /^(?:timeout|testTimeout|hookTimeout)$/.test(token.text);
    const call = token.text === 'setTimeout' ? /^(?:jest|vi)$/.test(owner) : token.text === 'timeout';
    const after = tokens[at + 1]?.text;
    const named = token.kind === 'word' && ((option && after === ':') || (call && after === '('));
    const value = tokens[at + 2];
    if (!named || value?.kind !== 'number') return [];
    return [{ ms: Number(value.text.replaceAll('_', '')), line: token.line }];
  });
}

/** Numbers of the base's lines that the head no longer holds; each line of the head counts for one. */
export function lostLines(base: string, head: string): readonly number[] {
  const left = new Map<string, number>();
  for (const line of head.split('\n')) left.set(line, (left.get(line) ?? 0) + 1);
  return base.split('\n').flatMap((line, at) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count > 0 || line.trim() === '' ? [] : [at + 1];
  });
}

const shrug =
  /^\s*"[\w:-]*test[\w:-]*"\s*:\s*".*(?:(?:\|\||;)\s*(?:true|:|exit 0)|\bexit 0\b|--passWithNoTests|--pass-with-no-tests|\s-u\b|--update\b|--update-snapshots?\b|--updateSnapshot\b)/i;

/** Scripts of a package.json that pass whatever their tests say, or write what they expect. */
export function shrugs(manifest: string): readonly { text: string; line: number }[] {
  return manifest
    .split('\n')
    .flatMap((text, at) =>
      text.length < 2000 && shrug.test(text) ? [{ text: text.trim().replace(/,$/, ''), line: at + 1 }] : [],
    );
}
