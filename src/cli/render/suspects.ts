import type { SuspectsView } from '../../views/change-view.ts';
import { seconds, wrap } from './text.ts';

/** `own`: the change that this is told of; null: none. */
export function renderSuspects(suspects: SuspectsView, own: string | null): string[] {
  const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
  const each = suspects.suspects.map(({ change, blame, share, secondsBefore }) => {
    const who = change === null ? 'what a person adopted' : change === own ? 'this change' : change;
    return `  ${percent(blame).padStart(6)}  ${who}: given to ${percent(share)} of users ${seconds(secondsBefore)} before`;
  });
  const rest = `  ${percent(suspects.unexplained).padStart(6)}  something else`;
  return [
    '',
    ...wrap('Who may have begun it, by time alone:', '  '),
    ...[...each, rest].flatMap((line) => wrap(line, ' '.repeat(10))),
  ];
}
