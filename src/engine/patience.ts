import type { ErrorCode } from '../domain/errors.ts';
import type { StageName } from '../domain/stage.ts';

type Patience = { readonly most: number; readonly mostMs: number };
/** Some 8 s. */
const littlePatience: Patience = { most: 6, mostMs: 30_000 };
/** Some 10 minutes. */
const longPatience: Patience = { most: 26, mostMs: 30_000 };
/** Nothing is wrong with the change: what it needs is away, as while it starts again. */
const patience: { readonly [Code in ErrorCode]?: Patience } = {
  // Another process of ours. Some 10 minutes.
  'runtime.unreachable': { most: 300, mostMs: 2_000 },
  // The disk, the registry: other people's.
  'journal.full-disk': longPatience,
  'registry.unreachable': longPatience,
  'git.timeout': longPatience,
};

/**
 * Once merged, a change that is held stays on the branch and in the way of all that follow, until a person comes: what
 * may pass is waited out.
 */
export function patienceWith(code: ErrorCode | 'bug', stage: StageName): Patience {
  const known = code === 'bug' ? undefined : patience[code];
  const isMerged = stage === 'merge' || stage === 'release' || stage === 'rollout';
  return known ?? (isMerged && code !== 'bug' ? longPatience : littlePatience);
}
