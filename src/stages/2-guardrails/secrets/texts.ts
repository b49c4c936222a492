import type { SecretMatch } from '../../../domain/secrets.ts';

/** Where a change can bring a secret in. A landed commit keeps its history: what a later one removes is still there. */
export type Place =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'history'; readonly path: string; readonly commit: string }
  | { readonly kind: 'message'; readonly commit: string }
  | { readonly kind: 'name'; readonly path: string }
  | { readonly kind: 'proposal'; readonly part: 'title' | 'ref' | 'record' };

export type PlacedText = {
  readonly place: Place;
  /** `base`: what was there before, so that only what is new counts. */
  readonly side: 'base' | 'head';
  readonly text: string;
};

export type FoundSecret = {
  readonly rule: string;
  readonly certain: boolean;
  readonly place: Place;
  readonly line: number;
};

/** The name that decides which rules look: that of the file. */
export function pathOf(place: Place): string {
  return place.kind === 'file' || place.kind === 'history' ? place.path : '';
}

/** Each credential that the base does not hold, once, at its first place; `matches` in the order of `texts`. */
export function newSecrets(
  texts: readonly PlacedText[],
  matches: readonly (readonly SecretMatch[])[],
): readonly FoundSecret[] {
  const known = new Set<string>();
  for (const [at, { side }] of texts.entries()) {
    if (side === 'base') for (const { fingerprint } of matches[at] ?? []) known.add(fingerprint);
  }
  const found: FoundSecret[] = [];
  for (const [at, { side, place }] of texts.entries()) {
    if (side === 'base') continue;
    for (const { rule, certain, line, fingerprint } of matches[at] ?? []) {
      const key = `${certain} ${fingerprint}`;
      if (known.has(fingerprint) || known.has(key)) continue;
      known.add(key);
      found.push({ rule, certain, place, line });
    }
  }
  return found;
}

const switchesOff =
  /secretlint-disable|gitleaks:\s{0,5}allow|pragma:\s{0,5}allowlist|trufflehog:\s{0,5}ignore|ggignore|noscan-secret/i;

/** Comments that tell scanners to look away. They have no effect here; people should know that somebody wrote one. */
export function lookAways(texts: readonly PlacedText[]): readonly { path: string; line: number }[] {
  const old = new Set(
    texts
      .filter(({ side }) => side === 'base')
      .flatMap(({ text }) => linesWith(text).map(([, line]) => line)),
  );
  return texts.flatMap(({ place, side, text }) => {
    if (side === 'base' || place.kind !== 'file') return [];
    const { path } = place;
    return linesWith(text).flatMap(([at, line]) => (old.has(line) ? [] : [{ path, line: at + 1 }]));
  });
}

function linesWith(text: string): readonly (readonly [at: number, line: string])[] {
  if (!switchesOff.test(text)) return [];
  return text.split('\n').flatMap((line, at) => (switchesOff.test(line) ? [[at, line.trim()] as const] : []));
}
