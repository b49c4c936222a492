import type { InquiryReport, Measurement } from '../../agents/revert/inquiry.ts';
import { type InquiryDeps, runInquiry } from '../../agents/revert/run-inquiry.ts';
import type { Config } from '../../config/schema.ts';
import type { ChangeId } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { submit } from '../../engine/submit.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { ReportedIncident } from '../../views/reported-incidents.ts';
import type { Repository } from '../place/repository.ts';
import { revertSettings } from '../scan/scan-revert.ts';
import { demoteFor } from '../serving/revert.ts';
import { takeBack } from '../serving/take-back.ts';
import { type Check, checkCommands } from './check-commands.ts';
import { type Window, windowOf } from './window.ts';

export type InquiryTools = InquiryDeps & { readonly rules: RulesSource };

export type InquiryWish = {
  readonly actor: string;
  readonly dryRun: boolean;
  /** Absent: the incident's own, or that of the configuration. */
  readonly check?: Check | undefined;
  readonly onMeasured: (measured: Measurement) => void;
};

export type InquiryOutcome = Pick<InquiryReport, 'code' | 'reason' | 'culprit' | 'measured'> &
  Pick<Window, 'window' | 'knownSince'> & {
    readonly incident: string;
    readonly service: string | null;
    readonly check: string;
    readonly serve: boolean;
    /** The revert that is proposed, or the change that is taken back while it is under way; null: neither, or only rehearsed. */
    readonly proposed: ChangeId | null;
    readonly takenBack: ChangeId | null;
    /** Of the revert; null: none can be made. */
    readonly revert: { readonly title: string; readonly ref: string } | null;
    readonly dryRun: boolean;
  };

/** Finds out by the check which commit brought an incident, journals what was found, and hands in its revert. */
export async function inquire(
  repository: Repository,
  tools: InquiryTools,
  incident: ReportedIncident,
  how: InquiryWish,
): Promise<InquiryOutcome> {
  const { config } = await tools.rules.load();
  const ledger = await repository.ledger();
  const check = how.check ?? checkOf(incident, config) ?? noCheck(incident);
  const settings = revertSettings({ config, ledger, now: repository.clock.now() });
  const window = await windowOf(repository, tools.git, incident, settings);
  const report = await runInquiry(how.dryRun ? { ...tools, git: untouched(tools.git) } : tools, {
    ...settings,
    ...window,
    check: checkCommands(config, check, incident.service),
    mayPropose: config.agents.revert.enabled,
    onMeasured: how.onMeasured,
  });
  const acted = how.dryRun ? { proposed: null, takenBack: null } : await act(repository, report, how.actor);
  const { code, reason, culprit, measured } = report;
  const asked = { check: check.command, serve: check.serve };
  const found = { incident: incident.id, code, reason, culprit, measured, ...asked, ...acted };
  if (!how.dryRun)
    await repository.record('incident.inquired', how.actor, {
      ...found,
      ...window.window,
      measured: measured.map((one) => ({ ...one })),
    });
  const { window: between, knownSince } = window;
  const { proposal } = report;
  const revert = proposal === null ? null : { title: proposal.title, ref: proposal.ref };
  return { ...found, service: incident.service, window: between, knownSince, revert, dryRun: how.dryRun };
}

function noCheck({ id }: ReportedIncident): never {
  throw new AutolandError('usage', `expected a check to look into ${id} with, found none`, {
    mend: `autoland incident inquire ${id} --check "COMMAND", which passes where users are well; or set agents.revert.check`,
  });
}

function checkOf({ check, serve }: ReportedIncident, config: Config): Check | undefined {
  if (check !== null) return { command: check, serve };
  const { check: command, serve: isServed } = config.agents.revert;
  return command === null ? undefined : { command, serve: isServed };
}

/** A rehearsal makes no branch. */
function untouched(git: InquiryTools['git']): InquiryTools['git'] {
  return {
    history: (base, head) => git.history(base, head),
    resolve: (ref) => git.resolve(ref),
    revertTree: (tip, commit) => git.revertTree(tip, commit),
    makeCommit: (commit) => git.makeCommit(commit),
    point: () => Promise.resolve(),
  };
}

async function act(
  repository: Repository,
  { proposal, takeBack: exposed, culprit }: InquiryReport,
  actor: string,
): Promise<Pick<InquiryOutcome, 'proposed' | 'takenBack'>> {
  if (exposed !== null) {
    await takeBack(repository, exposed, { actor, dryRun: false });
    return { proposed: null, takenBack: exposed };
  }
  if (proposal === null) return { proposed: null, takenBack: null };
  const { store, clock } = repository;
  // What was measured is a failure in production, whoever found it.
  if (culprit?.change != null)
    await demoteFor(repository, (await repository.change(culprit.change)).state, actor);
  const ports = { journal: store, outbox: store, clock };
  const { change } = await submit(ports, await repository.ledger(), proposal, actor);
  return { proposed: change, takenBack: null };
}
