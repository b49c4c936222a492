import { createHash } from 'node:crypto';
import type { Proposal, Sha } from '../../domain/change.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { GitInbox } from '../../ports/git-host.ts';
import type { Bundle } from './choose/groups.ts';
import type { PlannedUpdate } from './choose/plan.ts';

type Place = { readonly base: Sha; readonly target: string; readonly at: Date };

/** Makes the branch of a bundle, and what is handed in of it. */
export async function proposalOf(
  git: Pick<GitInbox, 'propose'>,
  bundle: Bundle<PlannedUpdate>,
  files: ReadonlyMap<string, string>,
  { base, target, at }: Place,
): Promise<Proposal> {
  const { title, details, ref, record } = tell(bundle);
  const bytes = new Map([...files].map(([path, text]) => [path, Buffer.from(text)] as const));
  const message = [title, '', ...details].join('\n').trimEnd();
  const head = await git.propose({ base, files: bytes, message: `${message}\n`, ref, at });
  return { source: 'agent:dependency', title, head, ref, target, record: { ...record, base } };
}

type Telling = {
  readonly title: string;
  readonly details: readonly string[];
  readonly ref: string;
  readonly record: JsonObject;
};

function tell({ group, updates }: Bundle<PlannedUpdate>): Telling {
  const [first, ...more] = updates;
  const own = group === null ? {} : { group };
  if (first !== undefined && more.length === 0) {
    return { title: titleOf(first), details: [], ref: refOf(first), record: { ...recordOf(first), ...own } };
  }
  return {
    title: `Update ${updates.length} packages of the group ${group}`,
    details: updates.map(({ name, from, to }) => `${name} from ${from} to ${to}`),
    ref: refOfGroup(group ?? '', updates),
    record: { ...own, updates: updates.map(recordOf) },
  };
}

function titleOf({ name, from, to, fixes, override }: PlannedUpdate): string {
  const below = override?.below.map((each) => each.name).join(' and ') ?? '';
  if (override?.is === 'removed') return `Remove the override of ${name} below ${below}`.slice(0, 200);
  const by = override === undefined ? '' : ` by an override below ${below}`;
  const mended = fixes === undefined ? '' : `, against ${fixes.join(', ')}`;
  return `Update ${name} from ${from} to ${to}${by}${mended}`.slice(0, 200);
}

const recordedAs = { written: 'overrides', removed: 'overridesRemoved' } as const;

function recordOf({ name, from, to, kind, fixes, override }: PlannedUpdate) {
  return {
    package: name,
    from,
    to,
    kind,
    ...(fixes !== undefined && { fixes: [...fixes] }),
    ...(override !== undefined && { [recordedAs[override.is]]: override.below.map((each) => ({ ...each })) }),
  };
}

const folder = 'refs/heads/autoland/dependency';

/** The branch under which one update is proposed. With its scope as a folder: `@a/b` and `a-b` would take each other's place. */
function refOf({ name, to, override }: PlannedUpdate): string {
  const end = override?.is === 'removed' ? '-without-override' : '';
  return `${folder}/${name}-${to.replaceAll('+', '-')}${end}`;
}

/** Parts of a group do not supersede each other, so each has a branch of its own. */
function refOfGroup(group: string, updates: readonly PlannedUpdate[]): string {
  const keys = updates.map(({ name, to }) => `${name}@${to}`).sort();
  const digest = createHash('sha256').update(keys.join('\n')).digest('hex');
  return `${folder}/groups/${group}-${digest.slice(0, 8)}`;
}
