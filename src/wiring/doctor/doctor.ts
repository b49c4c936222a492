import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { FileKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { RuntimeClient } from '../../adapters/runtime/processes/runtime-client.ts';
import { adviceOn } from '../../config/advice.ts';
import { frontDoorCommands, serviceSpec } from '../../config/plans.ts';
import { servicesOf } from '../../config/schema.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { counted } from '../../domain/words.ts';
import type { Rules } from '../../ports/rules.ts';
import { loadPolicies } from '../../stages/4-policy/cedar.ts';
import { hasJournal, locate, makeState, type Place, type PlaceOptions } from '../place/place.ts';
import { BranchRules } from '../place/rules.ts';
import { agentsPort } from '../serving/served.ts';
import { telemetryHealth } from '../serving/telemetry-health.ts';
import { type Check, type Missing, unreadable } from './doctor-check.ts';
import { flagsAnswer } from './doctor-flags.ts';
import { machineChecks, sandboxChecks, sandboxOf, withoutPlace } from './doctor-machine.ts';
import { agentsServed } from './doctor-mcp.ts';
import { nothingDrifts } from './examine-drift.ts';
import { examineFrontDoor } from './examine-front-door.ts';
import { examineIssues, noIssues } from './examine-issues.ts';
import { examineModels, noModels } from './examine-models.ts';
import { examineReceivers, nobodyTold } from './examine-receivers.ts';
import { recordingsOpen } from './examine-recordings.ts';

export type DoctorFinding = {
  readonly check: string;
  /** `missing`: not set up yet, which may be right. */
  readonly status: 'works' | 'missing' | 'broken';
  readonly detail: string;
  readonly mend: string | null;
};

/** `autoland doctor`: tries each part for real. */
export async function examine(options: PlaceOptions): Promise<readonly DoctorFinding[]> {
  const findings = await Promise.all([...machineChecks].map(tryOut));
  const place = await locate(options).catch((thrown: unknown) => thrown);
  if (!isPlace(place))
    return [...findings, ...(await Promise.all(sandboxChecks(withoutPlace).map(tryOut))), unusable(place)];
  return [...findings, ...(await Promise.all(repositoryChecks(place).map(tryOut)))];
}

function repositoryChecks(place: Place): readonly Check[] {
  return [
    { name: 'repository', look: async () => `${place.repo}, state in ${place.state}` },
    ...sandboxChecks((look) => makeState(place).then(() => look(sandboxOf(place)))),
    { name: 'configuration', look: () => rulesHold(place) },
    { name: 'keys', look: () => keysHold(place) },
    { name: 'runtime', look: () => runtimeAnswers(place) },
    { name: 'front door', look: () => byRules(place, frontDoorsObey) },
    { name: 'drift', look: () => nothingDrifts(place) },
    { name: 'telemetry', look: () => byRules(place, telemetryArrives) },
    { name: 'flags', look: () => flagsAnswer(place) },
    { name: 'mcp', look: () => agentsAnswer(place) },
    { name: 'notifications', look: () => byRules(place, receiversAnswer) },
    { name: 'models', look: () => byRules(place, modelsAnswer) },
    { name: 'issues', look: () => byRules(place, issuesAnswer) },
    { name: 'recordings', look: () => recordingsOpen(place, process.env) },
  ];
}

async function rulesOf(place: Place): Promise<Rules> {
  const { reader, close } = await openGitReader(place.repo);
  try {
    return await new BranchRules(reader, false).load();
  } finally {
    await close();
  }
}

type Config = Rules['config'];
type ByRules = (place: Place, config: Config | undefined) => Promise<string | Missing>;

/** Looks at what the branch asks for. undefined: it has no rules yet. */
async function byRules(place: Place, look: ByRules): Promise<string | Missing> {
  let config: Config | undefined;
  try {
    config = (await rulesOf(place)).config;
  } catch (thrown) {
    if (!isUnwritten(thrown)) return unreadable;
  }
  return await look(place, config);
}

function isUnwritten(thrown: unknown): thrown is AutolandError {
  return thrown instanceof AutolandError && thrown.code === 'config.missing';
}

async function rulesHold(place: Place): Promise<string | Missing> {
  try {
    const { config, policyText } = await rulesOf(place);
    const policies = await loadPolicies(policyText, '.autoland/policy.cedar');
    const levels = Object.entries(config.autonomy).filter(([, level]) => level !== 'observe');
    const alone =
      levels.length === 0 ? 'observes only' : levels.map(([name, level]) => `${name}: ${level}`).join(', ');
    const held = `${counted(policies.all.length, 'policy', 'policies')} (unsigned); ${alone}`;
    return [held, ...adviceOn(config)].join('; ');
  } catch (thrown) {
    if (!isUnwritten(thrown)) throw thrown;
    return { missing: thrown.message, mend: thrown.mend ?? 'autoland init' };
  }
}

async function keysHold(place: Place): Promise<string | Missing> {
  if (!hasJournal(place)) return { missing: 'none yet', mend: 'autoland up makes them' };
  await FileKeyRing.open(place.files.keys, { create: false });
  return 'five roles, each with a key of its own';
}

async function runtimeAnswers(place: Place): Promise<string | Missing> {
  try {
    const running = await new RuntimeClient({ stateDir: place.state }).running();
    const found = counted(running.length, 'instance runs', 'instances run');
    return [found, ...(await commandsAnswer(place))].join('; ');
  } catch (thrown) {
    if (!(thrown instanceof AutolandError) || thrown.code !== 'runtime.unreachable') throw thrown;
    return { missing: messageOf(thrown), mend: 'autoland up' };
  }
}

/** Asked where they run; []: no service needs any. What cannot be read is told under configuration. */
async function commandsAnswer(place: Place): Promise<readonly string[]> {
  const rules = await rulesOf(place).catch(() => undefined);
  const client = new RuntimeClient({ stateDir: place.state });
  const answers: string[] = [];
  for (const service of rules === undefined ? [] : servicesOf(rules.config)) {
    const spec = serviceSpec(service);
    if ('commands' in spec) answers.push(await client.examine(spec));
  }
  return answers;
}

async function agentsAnswer(place: Place): Promise<string | Missing> {
  const port = await agentsPort(place).catch(() => undefined);
  return port === undefined ? unreadable : await agentsServed(place, port);
}

/** Asked of its doorkeeper: a call of our own would come between two of its. */
async function frontDoorsObey(place: Place, config: Config | undefined): Promise<string | Missing> {
  const services = config === undefined ? [] : servicesOf(config);
  if (services.length === 0) return 'no service needs one';
  const own = services.filter((service) => frontDoorCommands(service) !== undefined);
  const answers: string[] = [];
  for (const { name } of own) {
    const answer = await examineFrontDoor(place.state, name);
    if (typeof answer !== 'string') return answer;
    answers.push(own.length === 1 ? answer : `${name}: ${answer}`);
  }
  return answers.length === 0 ? 'the router of autoland' : answers.join('; ');
}

async function telemetryArrives(place: Place, config: Config | undefined): Promise<string | Missing> {
  const services = config === undefined ? [] : servicesOf(config);
  if (services.length > 0 && services.every(({ runtime }) => runtime !== null))
    return 'what runs somewhere else reports nothing here; users are counted all the same';
  if (config !== undefined && services.length === 0)
    return {
      missing: 'no service is configured: changes are merged, not released',
      mend: 'to release them, add service: to .autoland/autoland.yaml',
    };
  const reports = await new RuntimeClient({ stateDir: place.state }).telemetry().catch(() => []);
  return telemetryHealth(reports, new Date());
}

async function receiversAnswer(place: Place, config: Config | undefined): Promise<string | Missing> {
  return (config && (await examineReceivers(config, place))) ?? nobodyTold;
}

async function modelsAnswer({ files }: Place, config: Config | undefined): Promise<string | Missing> {
  return (config && (await examineModels(config, files))) ?? noModels;
}

async function issuesAnswer({ repo, files }: Place, config: Config | undefined): Promise<string | Missing> {
  if (config === undefined) return noIssues;
  const { reader: git, close } = await openGitReader(repo);
  try {
    return (await examineIssues(config, { git, files })) ?? noIssues;
  } finally {
    await close();
  }
}

async function tryOut({ name, look }: Check): Promise<DoctorFinding> {
  try {
    const found = await look();
    if (typeof found === 'string') return { check: name, status: 'works', detail: found, mend: null };
    return { check: name, status: 'missing', detail: found.missing, mend: found.mend };
  } catch (thrown) {
    return broken(name, thrown);
  }
}

/** A work tree without a bare repository is only not set up yet. */
function unusable(thrown: unknown): DoctorFinding {
  const found = broken('repository', thrown);
  const isNew = thrown instanceof AutolandError && thrown.code === 'repo.not-bare';
  return isNew ? { ...found, status: 'missing' } : found;
}

function broken(check: string, thrown: unknown): DoctorFinding {
  const mend = thrown instanceof AutolandError ? (thrown.mend ?? null) : null;
  return { check, status: 'broken', detail: messageOf(thrown), mend };
}

function isPlace(value: unknown): value is Place {
  return typeof value === 'object' && value !== null && 'repo' in value && 'files' in value;
}
