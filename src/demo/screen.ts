import { crop, paint, paintOutcome, seconds, width, wrap } from '../cli/render/text.ts';
import { counted } from '../domain/words.ts';
import { harmedBy, type Progress } from './progress.ts';
import type { Report } from './traffic/traffic.ts';

export type Scene = {
  readonly title: string;
  /** What is being done while no change is under way. */
  readonly phase: string;
  readonly elapsedMs: number;
  readonly traffic: Report | undefined;
  readonly changes: readonly Progress[];
};

/** The whole picture, redrawn some times a second. */
export function drawScene(scene: Scene): string[] {
  const clock = paint('dim', seconds(scene.elapsedMs / 1000));
  const lines = [
    `${paint('bold', scene.title)}  ${clock}`,
    ...wrap(drawTraffic(scene.traffic), '  '),
    ...(scene.phase === '' ? [] : [paint('dim', scene.phase)]),
    '',
    ...scene.changes.filter(({ conclusion }) => conclusion?.outcome !== 'superseded').flatMap(drawChange),
  ];
  return lines.map((line) => crop(line, width()));
}

function drawTraffic(traffic: Report | undefined): string {
  if (traffic === undefined) return paint('dim', 'traffic  not yet');
  const { rate, usersSeen, background, unexpected } = traffic;
  const harm = unexpected === 0 ? 'no harm' : paint('red', `${unexpected} harmful`);
  return `${Math.round(rate)} requests/s  ${usersSeen} users  failures: ${background} everyday, ${harm}`;
}

function drawChange(change: Progress): string[] {
  const { conclusion } = change;
  if (conclusion !== null) return wrap(concluded(change), '    ');
  const head = `${paint('cyan', '●')} ${change.title}`;
  if (change.stage !== 'rollout' || change.look === null) {
    const detail =
      change.stage === 'guardrails' && change.guardrail !== null ? ` (${change.guardrail} done)` : '';
    return [head, paint('dim', `    ${change.stage}${detail}`)];
  }
  const { look, exposed } = change;
  return [
    head,
    `    canary ${percent(look.weight).padStart(4)} ${bar(look.weight, 24)} ${counted(exposed, 'user')} exposed`,
    `    good enough ${bar(look.good, 19, 'green')}  worse ${bar(look.worse, 12, 'red')}`,
  ];
}

/** One line for an ended change; also what a pipe gets. */
export function concluded(change: Progress): string {
  const { conclusion, startedAt, endedAt } = change;
  const outcome = conclusion?.outcome ?? 'held';
  const took = seconds((Date.parse(endedAt ?? startedAt) - Date.parse(startedAt)) / 1000);
  const people =
    change.exposed === 0 ? '' : `, ${counted(change.exposed, 'user')} exposed, ${harmedBy(change)} harmed`;
  return `${marks[outcome] ?? '·'} ${change.title}  ${paintOutcome(outcome)} in ${took}${people}  ${paint('dim', conclusion?.code ?? '')}`;
}

const marks: Readonly<Record<string, string>> = { landed: '✔', refused: '✖', 'rolled-back': '↩', held: '‖' };

export function bar(share: number, columns: number, style: Parameters<typeof paint>[0] = 'cyan'): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * columns);
  return `▕${paint(style, '█'.repeat(full))}${' '.repeat(columns - full)}▏`;
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
