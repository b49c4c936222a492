import type { LintKind } from '../../domain/agents.ts';
import type { Proposal, Sha } from '../../domain/change.ts';
import { counted } from '../../domain/words.ts';
import { lintSource } from '../../views/ledger.ts';
import type { Item } from '../portions.ts';

/** A file as the tools left it, with the syntax tree that it had. */
export type Tidied = Item & {
  readonly bytes: Buffer;
  /** What the comparison had to undo; []: nothing. */
  readonly forms: readonly string[];
  /** The rest of what the tools make of it may do something else. */
  readonly layoutOnly?: boolean;
};

type Portion = { readonly kind: LintKind; readonly items: readonly Tidied[] };

export function changeOf(
  { kind, items }: Portion,
  base: Sha,
  commands: readonly (readonly string[])[],
): Pick<Proposal, 'source' | 'title' | 'ref' | 'record'> {
  const names = commands.map(([file = '']) => file.slice(file.lastIndexOf('/') + 1));
  const what = counted(items.length, kind === 'tests' ? 'test file' : 'file');
  return {
    source: lintSource,
    title: `Apply the safe fixes of ${names.join(' and ').slice(0, 100)} to ${what}`,
    ref: `refs/heads/autoland/lint/${kind}`,
    record: {
      kind,
      base,
      commands: commands.map((argv) => argv.join(' ').slice(0, 500)),
      items: items.map(({ path, key, weight, forms, layoutOnly = false }) => ({
        path,
        key,
        lines: weight,
        forms: [...forms],
        layoutOnly,
      })),
    },
  };
}
