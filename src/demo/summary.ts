import { isNarrow, paint, paintOutcome, seconds, wrap } from '../cli/render/text.ts';
import type { JsonObject } from '../domain/json.ts';
import { counted } from '../domain/words.ts';
import { ownEnding } from '../own-ending.ts';
import { harmedBy, type Progress } from './progress.ts';

export type DemoResult = {
  readonly changes: readonly Progress[];
  readonly auditVerified: boolean;
  readonly fsckAgrees: boolean;
  /** Turned-away versions that a second scan named as remembered. */
  readonly remembered: readonly string[];
  /** What some simulated users do that fails on any day. */
  readonly everyday: readonly string[];
  readonly traffic: {
    readonly requests: number;
    readonly users: number;
    readonly background: number;
    readonly unexpected: number;
    readonly usersUnexpected: number;
    readonly slowestSecond: number;
  };
  readonly seconds: number;
  readonly repo: string;
  readonly state: string;
};

/** The last line of `--json`. */
export function summaryData(result: DemoResult): JsonObject {
  const proposed = result.changes.filter(({ source }) => source !== 'agent:revert');
  const count = (outcome: string) =>
    proposed.filter(({ conclusion }) => conclusion?.outcome === outcome).length;
  return {
    landed: count('landed'),
    refused: count('refused'),
    rolledBack: count('rolled-back'),
    held: count('held'),
    reverts: result.changes.length - proposed.length,
    auditVerified: result.auditVerified,
    fsckAgrees: result.fsckAgrees,
    remembered: result.remembered,
    seconds: result.seconds,
    traffic: result.traffic,
    changes: result.changes.map((change) => ({
      id: change.id,
      title: change.title,
      outcome: change.conclusion?.outcome ?? null,
      code: change.conclusion?.code ?? null,
      seconds: secondsOf(change),
      usersExposed: change.exposed,
      usersErrored: change.errored,
      usersHarmed: harmedBy(change),
    })),
    repo: result.repo,
    state: result.state,
  };
}

function secondsOf(change: Progress): number {
  return (Date.parse(change.endedAt ?? change.startedAt) - Date.parse(change.startedAt)) / 1000;
}

export function summaryLines(result: DemoResult): string[] {
  const { traffic } = result;
  return [
    '',
    paint('bold', 'What happened'),
    ...result.changes.filter(isOwnStory).flatMap(changeLines),
    '',
    paint('bold', 'Who was harmed'),
    ...wrap(
      `  ${counted(traffic.requests, 'request')} by ${counted(traffic.users, 'simulated user')}. ${traffic.background} failed as they fail on any day${everydayOf(result)}. ${counted(traffic.usersUnexpected, 'user')} met a failure that a change caused.`,
      '  ',
    ),
    '',
    paint('bold', 'Can it be trusted'),
    `  audit log  ${result.auditVerified ? paint('green', 'verified') : paint('red', 'BROKEN')}`,
    `  fsck       ${result.fsckAgrees ? paint('green', 'git, processes and flags agree with the journal') : paint('red', 'DISAGREES')}`,
    ...(result.remembered.length === 0
      ? []
      : wrap(`  remembered ${result.remembered.join(', ')}: not proposed again`, ' '.repeat(13))),
    '',
    `Done in ${seconds(result.seconds)}. Look closer:`,
    ...nextCommands(result),
  ];
}

function everydayOf({ everyday }: DemoResult): string {
  return everyday.length === 0 ? '' : ` (somebody ${everyday.join(', ')})`;
}

/** What its agent proposed anew is told once. */
function isOwnStory({ conclusion }: Progress): boolean {
  return conclusion?.outcome !== 'superseded';
}

function changeLines(change: Progress): string[] {
  const outcome = change.conclusion?.outcome ?? 'held';
  const people =
    change.exposed === 0
      ? 'no user met it'
      : `${counted(change.exposed, 'user')} met it, ${harmedBy(change)} harmed`;
  const indent = ' '.repeat(isNarrow() ? 4 : 15);
  return [
    ...wrap(
      `  ${paintOutcome(outcome, 12)} ${change.title} (${seconds(secondsOf(change))}, ${people})`,
      indent,
    ),
    ...(change.conclusion?.reasons ?? []).flatMap((reason) => wrap(`${indent}${reason}`, indent)),
  ];
}

/** As whoever runs the demo can type it: in the checkout that it came from, or installed. */
const autoland = ownEnding === 'ts' ? 'npm run -s autoland --' : 'autoland';

function nextCommands({ changes, repo, state }: DemoResult): string[] {
  const where = `--repo ${repo} --state ${state}`;
  const interesting = changes.find(({ conclusion }) => conclusion?.outcome !== 'landed') ?? changes[0];
  return [
    ...(interesting === undefined ? [] : [`  ${autoland} explain ${interesting.id} ${where}`]),
    `  ${autoland} status ${where}`,
    `  ${autoland} audit verify ${where}`,
    `  git -C ${repo} log --oneline --graph main`,
  ];
}
