import { openGitReader } from '../adapters/git-host/local/local-git-host.ts';
import { agentNames, modelAgent } from '../domain/agents.ts';
import { changeIdOf, type Proposal, type Sha } from '../domain/change.ts';
import { AutolandError } from '../domain/errors.ts';
import { printable } from '../domain/printable.ts';
import { type Submitted, submit } from '../engine/submit.ts';
import type { Ledger } from '../views/ledger.ts';
import type { PlaceOptions } from './place/place.ts';
import { openRepository, type Repository } from './place/repository.ts';
import { BranchRules } from './place/rules.ts';

export type SubmitWish = {
  readonly ref: string;
  readonly actor: string;
  readonly title?: string;
  readonly source?: string;
  readonly dryRun: boolean;
};

/** `autoland submit REF`: hands in what a ref of the git host holds. */
export async function submitRef(options: PlaceOptions, wish: SubmitWish): Promise<Submitted> {
  await using repository = await openRepository(options, 'write');
  return await submitTo(repository, wish);
}

/** `mayEnter`: throws where this one may not be taken in. */
export async function submitTo(
  repository: Repository,
  wish: SubmitWish,
  mayEnter: (proposal: Proposal, ledger: Ledger) => void = () => {},
): Promise<Submitted> {
  const { reader, close } = await openGitReader(repository.place.repo);
  try {
    const proposal = await propose(reader, wish);
    const ledger = await repository.ledger();
    mayEnter(proposal, ledger);
    if (wish.dryRun)
      return {
        change: changeIdOf(proposal),
        isNew: !ledger.changes.has(changeIdOf(proposal)),
        supersedes: [],
      };
    const ports = { journal: repository.store, outbox: repository.store, clock: repository.clock };
    return await submit(ports, ledger, proposal, wish.actor);
  } finally {
    await close();
  }
}

type Reader = Pick<Awaited<ReturnType<typeof openGitReader>>['reader'], 'resolve' | 'readFile' | 'history'>;

/** What they hand in is believed to be theirs: by policies, judges, and by their next scans. */
const ownAgents: ReadonlySet<string> = new Set([...agentNames, modelAgent].map((name) => `agent:${name}`));

async function propose(reader: Reader, wish: SubmitWish): Promise<Proposal> {
  const source = wish.source ?? wish.actor;
  if (!/^(agent|person):[\w.@-]{1,60}$/.test(source))
    throw notSource(source, 'use letters, digits and . @ - _');
  if (ownAgents.has(source))
    throw notSource(source, "autoland's own agents hand in themselves: use another name");
  const head = await reader.resolve(wish.ref);
  const { config } = await new BranchRules(reader, false).load();
  const tip = await reader.resolve(config.branch);
  const [commit] = (await reader.history(tip, head)).slice(-1);
  if (commit === undefined)
    throw new AutolandError(
      'ref.not-found',
      `expected commits on ${wish.ref} that ${config.branch} does not have, found none`,
      {
        mend: 'push the branch first, or name another one',
      },
    );
  const title = printable(wish.title ?? commit.message.split('\n')[0] ?? '').trim() || wish.ref;
  return {
    source,
    title: title.slice(0, 200).toWellFormed(),
    head,
    ref: await wholeRef(reader, wish.ref, head),
    target: config.branch,
    record: {},
  };
}

function notSource(found: string, how: string): AutolandError {
  return new AutolandError(
    'usage',
    `expected a source such as agent:codex or person:you, found ${JSON.stringify(found)}`,
    { mend: `${how} after agent: or person:; reverts are made by: autoland rollback CHANGE` },
  );
}

/** However it was written: a newer commit of the same branch takes the place of the older. As it is where it names a commit. */
async function wholeRef(reader: Reader, ref: string, head: Sha): Promise<string> {
  if (ref === 'HEAD' || ref.startsWith('refs/')) return ref;
  for (const folder of ['refs/heads/', 'refs/tags/', 'refs/remotes/']) {
    const found = await reader.resolve(`${folder}${ref}`).catch(unlessMissing);
    if (found === head) return `${folder}${ref}`;
  }
  return ref;
}

function unlessMissing(thrown: unknown): undefined {
  if (!(thrown instanceof AutolandError) || thrown.code !== 'ref.not-found') throw thrown;
}
