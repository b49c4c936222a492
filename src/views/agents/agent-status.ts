import type { ChangeClass } from '../../domain/change.ts';
import type { StatusView } from '../status-view.ts';

/** Where everything is, without what concerns this machine alone. */
export type AgentStatus = {
  readonly branch: StatusView['branch'];
  /** A control plane works: what is handed in is taken up. */
  readonly running: boolean;
  readonly stopped: StatusView['stopped'];
  /** The control plane merges and deploys under a policy that nobody signed; null: none ever ran. */
  readonly unsignedAllowed: boolean | null;
  readonly demotedClasses: readonly ChangeClass[];
  readonly services: readonly AgentService[];
  /** Places where what runs is not what was decided. */
  readonly drift: number;
  /** Changes that have not ended. */
  readonly underWay: number;
};

export type AgentService = {
  readonly name: string;
  readonly commit: string;
  /** null: no rollout is under way. */
  readonly rollout: { readonly change: string | null; readonly share: number } | null;
};

export function agentStatus(view: StatusView, underWay: number): AgentStatus {
  return {
    branch: view.branch,
    running: view.controlPlane !== null,
    stopped: view.stopped,
    unsignedAllowed: view.policy.unsignedAllowed,
    demotedClasses: [...new Set(view.demotions.map((one) => one.class))],
    services: view.services.map(({ name, commit, candidate }) => ({
      name,
      commit,
      rollout: candidate && { change: candidate.change, share: candidate.share },
    })),
    drift: view.drift.length,
    underWay,
  };
}
