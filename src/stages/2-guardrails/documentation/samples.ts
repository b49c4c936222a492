import type { SourceText } from '../../../domain/capabilities.ts';
import type { CodeBlock, DocumentOutline } from '../../../domain/document.ts';
import type { BlockFault, ChangedDocument } from './facts.ts';

const endings: Readonly<Record<string, string>> = {
  js: 'js',
  javascript: 'js',
  mjs: 'js',
  cjs: 'js',
  node: 'js',
  jsx: 'jsx',
  ts: 'ts',
  typescript: 'ts',
  mts: 'ts',
  cts: 'ts',
  tsx: 'tsx',
  json: 'json',
  jsonc: 'json',
  json5: 'json',
  yaml: 'yaml',
  yml: 'yaml',
};

export type Sample = {
  readonly path: string;
  readonly side: 'base' | 'head';
  readonly block: CodeBlock;
  readonly source: SourceText;
};

type Outlines = ReadonlyMap<string, DocumentOutline>;

/** The samples that one side holds and the other does not, in languages that can be parsed. */
export function changedSamples(
  changed: readonly ChangedDocument[],
  { base, head }: { readonly base: Outlines; readonly head: Outlines },
): readonly Sample[] {
  const samples = changed.flatMap(({ path, oldPath }) => {
    const [old, now] = [base.get(oldPath)?.blocks ?? [], head.get(path)?.blocks ?? []];
    const only = (side: Sample['side'], blocks: readonly CodeBlock[], others: readonly CodeBlock[]) =>
      blocks
        .filter(
          (block) => !others.some(({ text, language }) => text === block.text && language === block.language),
        )
        .map((block) => ({ path, side, block }));
    return [...only('base', old, now), ...only('head', now, old)];
  });
  return samples.flatMap((sample, at) => {
    const { language, text } = sample.block;
    const ending = Object.hasOwn(endings, language) ? endings[language] : undefined;
    if (ending === undefined) return [];
    return [{ ...sample, source: { id: String(at), path: `sample.${ending}`, text } }];
  });
}

/** `answers` as the parser gives them. A document with as many faults as before is not worse. */
export function newFaults(
  samples: readonly Sample[],
  answers: ReadonlyMap<string, string | null>,
): { readonly faults: readonly BlockFault[]; readonly unread: readonly Sample[] } {
  const faulty = samples.flatMap((sample) => {
    const why = answers.get(sample.source.id);
    return typeof why === 'string' ? [{ ...sample, why }] : [];
  });
  const mended = new Map<string, number>();
  for (const { path, side } of faulty) if (side === 'base') mended.set(path, (mended.get(path) ?? 0) + 1);
  const faults = faulty
    .filter(({ side }) => side === 'head')
    .filter(({ path }) => {
      const left = mended.get(path) ?? 0;
      mended.set(path, left - 1);
      return left <= 0;
    });
  const unread = samples.filter(({ side, source }) => side === 'head' && !answers.has(source.id));
  return { faults, unread };
}
