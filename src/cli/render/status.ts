import type { Demotion } from '../../domain/autonomy.ts';
import { counted } from '../../domain/words.ts';
import type { LastLook } from '../../views/issue-looks.ts';
import type { ChangeLine, ReceiverStatus, ServiceStatus, StatusView } from '../../views/status-view.ts';
import { taskInShort } from './task.ts';
import { isNarrow, paint, paintOutcome, wrap } from './text.ts';

export function renderStatus(view: StatusView): string[] {
  const { services, stopped, controlPlane } = view;
  return [
    ...wrap(`${paint('bold', view.repo)}  ${view.branch.name}, ${tipOf(view)}`, '  '),
    ...row('state', view.state),
    ...row(
      'autonomy',
      stopped === null
        ? 'running'
        : `${paint('red', 'STOPPED')} by ${stopped.by} at ${stopped.at}: ${stopped.reason}`,
    ),
    ...view.demotions.flatMap(renderDemotion),
    ...row(
      'control',
      controlPlane === null ? 'no control plane is running (autoland up)' : `process ${controlPlane.pid}`,
    ),
    ...row('policy', view.policy.note),
    ...(services.length === 0
      ? row('service', 'none configured or adopted')
      : services.flatMap(renderService)),
    ...view.drift.flatMap(({ detail, since }) => row('drift', `${paint('red', detail)} (since ${since})`)),
    ...view.incidents.flatMap(renderReported),
    ...view.tasks.flatMap((task) => row('task', taskInShort(task))),
    ...view.issues.flatMap(renderLook),
    ...renderAgents(view.agents),
    ...view.receivers.flatMap(renderReceiver),
    '',
    ...(view.changes.length === 0 ? ['no changes yet: autoland scan'] : view.changes.flatMap(renderLine)),
  ];
}

function renderDemotion({ class: of, to, change, code, at }: Demotion): string[] {
  const now = `${of} goes no further than ${to}`;
  return row('demoted', `${paint('red', now)}: ${change} was taken back at ${at} (${code})`);
}

type Candidate = NonNullable<ServiceStatus['candidate']>;

function renderService(service: ServiceStatus): string[] {
  const { candidate } = service;
  const shown = candidate === null ? 'none' : described(candidate);
  return [
    ...row(
      'service',
      `${service.name}: stable ${service.stable.slice(0, 19)} from ${service.commit.slice(0, 10)}`,
    ),
    ...row('', `candidate ${shown}`),
  ];
}

function described({ digest, code, share, flag, change }: Candidate): string {
  const what = code === null ? digest.slice(0, 19) : `flag ${code}`;
  return `${what} for ${(share * 100).toFixed(1)} % (${flag})${change === null ? '' : `, ${change}`}`;
}

function renderAgents(agents: StatusView['agents']): string[] {
  if (agents === null) return [];
  const note = agents.isRunning ? agents.note : paint('red', agents.note);
  return row('agents', agents.url === null ? note : `served at ${agents.url}: ${note}`);
}

function renderReported({ id, state, reason }: StatusView['incidents'][number]): string[] {
  return row('incident', `${paint('red', `${id} ${state}`)}: ${reason}`);
}

function renderReceiver({ name, lastDeliveredAt, trouble, givenUp }: ReceiverStatus): string[] {
  const last = lastDeliveredAt === null ? 'told nothing yet' : `last told at ${lastDeliveredAt}`;
  const lost = givenUp === 0 ? '' : `; ${counted(givenUp, 'notification')} given up`;
  const when = trouble?.at == null ? '' : ` at ${trouble.at}`;
  const now = trouble === null ? '' : `; ${paint('red', 'not reached')}${when}: ${trouble.why}`;
  return row('tells', `${name}: ${last}${lost}${now}`);
}

function renderLook({ rule, due, begun, left, isWhole, trouble, at }: LastLook): string[] {
  const more = isWhole ? '' : ', and more than are looked at';
  const found = `${due} to be begun, ${begun} begun, ${left} left alone${more} (autoland scan)`;
  return row('issues', `${rule}: ${trouble === null ? found : paint('red', trouble)}, since ${at}`);
}

function row(name: string, text: string): string[] {
  return wrap(`  ${name.padEnd(9)} ${text}`, ' '.repeat(12));
}

function tipOf({ branch }: StatusView): string {
  return /^[0-9a-f]{40,}$/.test(branch.tip) ? `at ${branch.tip.slice(0, 10)}` : branch.tip;
}

function renderLine(line: ChangeLine): string[] {
  const head = `${line.id}  ${paintOutcome(line.state, 11)}`;
  const indent = ' '.repeat(isNarrow() ? 2 : 31);
  const text = `${line.title}${line.code === null ? '' : ` (${line.code})`}`;
  const more = line.stage === null ? [] : wrap(`${indent}${stageOf(line)}`, indent);
  if (isNarrow()) return [head, ...wrap(`${indent}${text}`, indent), ...more];
  return [...wrap(`${head}  ${text}`, indent), ...more];
}

/** Where a change under way is, and what it waits for. */
function stageOf({ stage, waiting }: ChangeLine): string {
  return paint('dim', waiting === null ? `in ${stage}` : `in ${stage}: ${waiting}`);
}
