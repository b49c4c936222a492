import type { ChangeId, Proposal } from '../domain/change.ts';
import { isRecord } from '../domain/npm/hostile-json.ts';
import { dependencySource, type Ledger, overtakenCode } from './ledger.ts';

/** An update that a proposal of the agent for dependencies asks for, as its record has it. */
export type ProposedUpdate = { readonly name: string; readonly from: string; readonly to: string };

/** One for a package that is proposed by itself, several for a group; []: another agent's, or a record that is none. */
export function updatesOf({
  source,
  record,
}: Pick<Proposal, 'source' | 'record'>): readonly ProposedUpdate[] {
  if (source !== dependencySource) return [];
  const all: readonly unknown[] = Array.isArray(record.updates) ? record.updates : [record];
  return all
    .filter(isRecord)
    .flatMap(({ package: name, from, to }) =>
      typeof name === 'string' && typeof to === 'string' ? [{ name, from: String(from), to }] : [],
    );
}

/** Updates under way, each with the change that it is part of. */
export function openUpdates(ledger: Ledger): readonly { name: string; version: string; change: ChangeId }[] {
  return [...ledger.changes.values()]
    .filter(({ conclusion }) => conclusion === null)
    .flatMap(({ id, proposal }) =>
      updatesOf(proposal).map(({ name, to }) => ({ name, version: to, change: id })),
    );
}

/** At a level that leaves every change to a person, each scan would else propose all of them again. */
export function heldUpdates(
  ledger: Ledger,
): readonly (ProposedUpdate & { readonly base: string; readonly change: ChangeId })[] {
  return [...ledger.changes.values()]
    .filter(({ conclusion }) => conclusion?.outcome === 'held')
    .flatMap(({ id, proposal }) =>
      updatesOf(proposal).map((update) => ({ ...update, base: String(proposal.record.base), change: id })),
    );
}

/** When each was proposed that mends nothing; what the branch has overtaken is made anew, and counts once. */
export function updatesProposedAt(ledger: Ledger): readonly string[] {
  return [...ledger.changes.values()].flatMap(({ proposal, proposedAt, conclusion }) =>
    updatesOf(proposal).length === 0 || isFix(proposal) || conclusion?.code === overtakenCode
      ? []
      : [proposedAt],
  );
}

/** An override that a proposal of the agent wrote, as its record has it. */
export type ProposedOverride = {
  readonly name: string;
  readonly version: string;
  readonly below: string;
  readonly range: string;
};

/** Whatever became of the proposal: a person may have taken it over. */
export function proposedOverrides(ledger: Ledger): readonly ProposedOverride[] {
  return [...ledger.changes.values()].flatMap(({ proposal: { source, record } }) => {
    const { package: name, to: version, overrides: written } = record;
    if (source !== dependencySource || !Array.isArray(written)) return [];
    return written.filter(isRecord).flatMap(({ name: below, range }) => {
      const all = [name, version, below, range];
      if (!all.every((each) => typeof each === 'string')) return [];
      return [{ name: String(name), version: String(version), below: String(below), range: String(range) }];
    });
  });
}

function isFix({ record }: Proposal): boolean {
  return Array.isArray(record.fixes);
}
