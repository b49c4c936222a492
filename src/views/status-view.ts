import type { Ledger, LedgerChange } from './ledger.ts';

/** Where everything is: what `status` and the API show. */
export type StatusView = {
  readonly repo: string;
  readonly state: string;
  readonly branch: { readonly name: string; readonly tip: string };
  readonly policy: { readonly signed: false; readonly note: string };
  readonly stopped: { readonly by: string; readonly at: string; readonly reason: string } | null;
  /** null: no control plane holds the lock. */
  readonly controlPlane: { readonly pid: number } | null;
  readonly service: ServiceStatus | null;
  readonly changes: readonly ChangeLine[];
};

export type ServiceStatus = {
  readonly name: string;
  readonly stable: string;
  readonly commit: string;
  readonly candidate: { readonly digest: string; readonly flag: string; readonly share: number } | null;
};

export type ChangeLine = {
  readonly id: string;
  readonly title: string;
  readonly class: string | null;
  /** `under way`, or how it ended. */
  readonly state: string;
  readonly code: string | null;
};

/** The newest changes first. */
export function changeLines(ledger: Ledger, limit: number): readonly ChangeLine[] {
  return [...ledger.changes.values()].reverse().slice(0, limit).map(lineOf);
}

function lineOf(change: LedgerChange): ChangeLine {
  return {
    id: change.id,
    title: change.proposal.title,
    class: change.class,
    state: change.conclusion?.outcome ?? 'under way',
    code: change.conclusion?.code ?? null,
  };
}
