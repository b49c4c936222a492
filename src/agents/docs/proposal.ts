import type { DocsKind } from '../../domain/agents.ts';
import type { Proposal, Sha } from '../../domain/change.ts';
import { printable } from '../../domain/printable.ts';
import { counted } from '../../domain/words.ts';
import { docsSource } from '../../views/ledger.ts';
import { type KeyedMend, mended } from './finding.ts';

type Draft = Pick<Proposal, 'source' | 'title' | 'ref' | 'record'> & {
  readonly message: string;
  readonly files: ReadonlyMap<string, Buffer>;
};

const titles: Readonly<Record<DocsKind, (count: number) => string>> = {
  links: (count) => `Mend ${counted(count, 'dead link')} in documents`,
  commands: (count) =>
    `Name ${counted(count, 'command')} in documents as ${count === 1 ? 'it is' : 'they are'} now`,
  versions: (count) => `Bring ${counted(count, 'version')} in documents up to date`,
  spelling: (count) => `Correct the spelling of ${counted(count, 'word')} in documents`,
};

/** One change of one kind: for each mend what, where, why, and what says that it is right. */
export function changeOf(
  { kind, mends }: { readonly kind: DocsKind; readonly mends: readonly KeyedMend[] },
  base: Sha,
  texts: ReadonlyMap<string, string>,
): Draft {
  const title = titles[kind](mends.length);
  const files = new Map<string, Buffer>();
  for (const [path, own] of Map.groupBy(mends, (mend) => mend.path)) {
    const text = mended(texts.get(path) ?? '', own);
    if (text === undefined) throw new Error(`the mends of ${path} do not fit its text`);
    files.set(path, Buffer.from(text));
  }
  const told = mends.map(({ path, line, what, before, after, proof, key }) => ({
    path,
    line,
    what: shown(what),
    before: shown(before),
    after: shown(after),
    proof: shown(proof),
    key,
  }));
  const lines = told.map(
    (each) => `${each.path}:${each.line}: ${each.before} -> ${each.after} (${each.proof})`,
  );
  return {
    source: docsSource,
    title,
    message: `${title}\n\n${lines.map(printable).join('\n')}\n`,
    ref: `refs/heads/autoland/docs/${kind}`,
    record: { kind, base, items: told },
    files,
  };
}

function shown(text: string): string {
  return printable(text).slice(0, 300);
}
