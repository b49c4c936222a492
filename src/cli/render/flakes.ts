import { counted } from '../../domain/words.ts';
import {
  type FlakesView,
  type FlakyTest,
  type QuarantineLine,
  type QuarantineNote,
  soonDays,
} from '../../views/flakes.ts';
import { paint, wrap, wrapAll } from './text.ts';

/** Which tests flake, and what to paste so that they do not count for a while: people decide. */
export function renderFlakes({ runs, flakes, omitted, quarantine, suggestion }: FlakesView): string[] {
  const seen = flakes.length + omitted;
  const told = quarantine.filter(({ notes }) => notes.length > 0);
  const many = seen === 1 ? '1 test was' : seen === 0 ? 'no test was' : `${seen} tests were`;
  return [
    ...wrapAll([`${paint('bold', many)} seen to flake in ${counted(runs, 'run')} of base and head`]),
    ...flakes.flatMap(renderFlake),
    ...(omitted === 0 ? [] : [`(${omitted} more)`]),
    ...(told.length === 0 ? [] : ['', 'In the quarantine of the configuration', ...told.flatMap(renderLine)]),
    ...renderSuggestion(suggestion),
  ];
}

function renderFlake(flake: FlakyTest): string[] {
  const { times, test, onBase, onHead, changes, changeCount, quarantinedUntil, quietRuns } = flake;
  const head = `${String(times).padStart(4)} times`.replace('   1 times', '   1 time ');
  const quarantined = quarantinedUntil === null ? '' : `; in quarantine until ${day(quarantinedUntil)}`;
  const quiet = quietRuns === 0 ? '' : `, ${counted(quietRuns, 'run')} ago`;
  const from = changeCount === 1 ? `change ${changes[0]}` : `${changeCount} changes, the last ${changes[0]}`;
  const details = [
    `base ${onBase}, head ${onHead}${quarantined}`,
    `${day(flake.first)} to ${day(flake.last)}${quiet}`,
    from,
  ];
  return [
    ...wrap(`${head}  ${test}`, ' '.repeat(12)),
    ...wrap(`${' '.repeat(12)}${details.join('; ')}`, ' '.repeat(12)).map((line) => paint('dim', line)),
  ];
}

const notes: { readonly [Note in QuarantineNote]: (line: QuarantineLine) => string } = {
  ended: ({ until }) => `ended ${day(until)}: it counts again, and the entry can go`,
  'ends-soon': ({ until }) => `ends ${day(until)}, within ${soonDays} days`,
  quiet: ({ quietRuns, lastFlake }) =>
    `${lastFlake === null ? 'never flaked' : `did not flake since ${day(lastFlake)}`}, in ${counted(quietRuns, 'run')}: it may be mended, or fail each time`,
};

function renderLine(line: QuarantineLine): string[] {
  const said = line.notes.map((note) => notes[note](line)).join('; ');
  return [...wrap(`  ${line.test}`, '    '), ...wrap(`    ${said}`, '    ')];
}

function renderSuggestion(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [
    '',
    ...wrapAll([
      'Nothing is put into quarantine by itself: a person decides. To let those that flaked lately not count for 30 days, put this into .autoland/autoland.yaml:',
    ]),
    '',
    ...lines,
  ];
}

function day(instant: string): string {
  return instant.slice(0, 10);
}
