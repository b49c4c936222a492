import { counted } from '../../domain/words.ts';
import type { Inquired, ReportedLine } from '../../views/reported-incidents.ts';
import type { ShownRelease } from '../../views/shown-releases.ts';
import type { OpenedAndInquired } from '../../wiring/inquiry/at-once.ts';
import type { InquiryOutcome } from '../../wiring/inquiry/inquire.ts';
import type { ReportedView } from '../../wiring/inquiry/read.ts';
import type { Suspicion } from '../../wiring/inquiry/suspicion.ts';
import { renderSuspects } from './suspects.ts';
import { paint, wrap } from './text.ts';

export function renderOpened(opened: OpenedAndInquired): string[] {
  const { incident, isNew, inquiry, suspicion, dryRun } = opened;
  const head = wrap(headOf(opened), '  ');
  if (inquiry !== null) return [...head, ...renderInquiry(inquiry)];
  // What is only rehearsed has no id that anybody could name.
  const how = isNew && dryRun ? 'open' : `inquire ${incident.id}`;
  const measured = `Nothing was measured. A command that passes where users are well finds out which change it was: autoland incident ${how} --check "COMMAND"`;
  return [...head, ...renderSuspicion(suspicion), '', ...wrap(measured, '  ')];
}

/** Who reports it again may have said other times, which do not count. */
function headOf({ incident: { id, since, began }, isNew, dryRun }: OpenedAndInquired): string {
  if (!isNew) return `already open: ${id}, as it was reported first: well at ${since}, not at ${began}`;
  return dryRun ? 'would open an incident' : `opened ${id}`;
}

export function renderInquiry(inquiry: InquiryOutcome): string[] {
  const { window, knownSince, measured, dryRun, proposed, takenBack, incident } = inquiry;
  const from = knownSince === null ? '' : `; what ran before ${knownSince} is not known`;
  const asked = `Looked between ${window.base.slice(0, 12)} and ${window.head.slice(0, 12)}${from}. ${counted(measured.length, 'measurement')}.`;
  const next = proposed ?? takenBack;
  return [
    ...renderFinding(inquiry),
    ...wrap(`  ${asked}`, '  '),
    ...(dryRun ? ['  nothing was journalled or proposed'] : [`  autoland incident show ${incident}`]),
    ...(next === null ? [] : [`  follow it: autoland explain ${next}`]),
  ];
}

/** Whoever closed it first gave the reason that stands. */
export function renderClosed({ id, closed }: ReportedView): string[] {
  const by = closed === null ? '' : `, by ${closed.by} at ${closed.at}: ${closed.reason}`;
  return wrap(`closed ${id}${by}`, '  ');
}

type Finding = Pick<Inquired, 'code' | 'reason' | 'culprit'>;

function renderFinding({ code, reason, culprit }: Finding): string[] {
  const word =
    culprit === null
      ? paint('yellow', 'nobody is blamed')
      : paint('red', culprit.change ?? culprit.commit.slice(0, 12));
  return wrap(`${word}  ${reason} (${code})`, '  ');
}

export function renderReported(view: ReportedView): string[] {
  const { id, state, by, openedAt, reason, service, since, began, check, closed, suspicion } = view;
  return [
    ...wrap(`${paint('bold', id)}  ${state}  ${reason}`, '  '),
    ...wrap(`reported by ${by} at ${openedAt}${service === null ? '' : `, of ${service}`}`, '  '),
    ...wrap(`users were well at ${since}, and not at ${began}`, '  '),
    ...(check === null
      ? []
      : wrap(`check${view.serve ? ', of the service as it runs' : ''}: ${check}`, '  ')),
    ...renderLast(view),
    ...(closed === null ? [] : wrap(`closed by ${closed.by} at ${closed.at}: ${closed.reason}`, '  ')),
    ...renderSuspicion(suspicion),
  ];
}

function renderSuspicion(suspicion: Suspicion): string[] {
  const { releases, underWay } = suspicion;
  const now = `${underWay} is under way: autoland rollback ${underWay} takes it from its users at once.`;
  const head = 'What production has shown of each, which blames nobody:';
  return [
    ...renderSuspects(suspicion, null),
    ...(releases.length === 0 ? [] : ['', ...wrap(head, '  '), ...releases.flatMap(renderShown)]),
    ...(underWay === null ? [] : ['', ...wrap(now, '  ')]),
  ];
}

function renderShown({ change, exposure, nearest, crashes }: ShownRelease): string[] {
  const met =
    exposure === null
      ? 'nobody was compared'
      : `${counted(exposure.usersExposed, 'user')} met it, ${exposure.usersErrored} an error where ${exposure.backgroundErrors} were to be expected`;
  const near =
    nearest === null
      ? []
      : [
          `nearest to a rollback: ${nearest.test}, ${short(nearest.value)} of ${short(nearest.threshold)} log-e`,
        ];
  const first = crashes.map(
    ({ errorType, place, count }) => `the first to meet ${errorType} at ${place}, ${counted(count, 'time')}`,
  );
  return wrap(`  ${change}: ${[met, ...near, ...first].join('; ')}`, '    ');
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function renderLast({ id, inquiry, mending }: ReportedView): string[] {
  if (inquiry === null) return ['', ...wrap(`Nobody has looked yet: autoland incident inquire ${id}`, '  ')];
  const words = (why: string | null) => (why === null ? '' : `: ${why}`);
  const measured = inquiry.measured.flatMap(({ commit, colour, why }) =>
    wrap(`  ${commit.slice(0, 12)}  ${colours[colour] ?? 'not known'}${words(why)}`, ' '.repeat(16)),
  );
  return [
    '',
    ...renderFinding(inquiry),
    ...(mending === null ? [] : [`  what takes it back: autoland explain ${mending}`]),
    `Measured until ${inquiry.at}:`,
    ...measured,
  ];
}

const colours: Readonly<Record<string, string>> = { green: 'passes', red: 'fails' };

export function renderReportedLines(lines: readonly ReportedLine[]): string[] {
  if (lines.length === 0) return ['none was reported'];
  return lines.flatMap(({ id, state, openedAt, reason, code }) =>
    wrap(
      `${id}  ${state.padEnd(8)}  ${openedAt}  ${reason}${code === null ? '' : ` (${code})`}`,
      ' '.repeat(18),
    ),
  );
}
