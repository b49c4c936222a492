import type { Incident } from '../../domain/incident.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { isNarrow, paint, seconds, wrap } from './text.ts';

/** What a person who was woken by it needs to know, beside what the change itself tells. */
export function renderIncident(incident: Incident): string[] {
  const indent = ' '.repeat(isNarrow() ? 4 : 17);
  const moments = incident.timeline.flatMap(({ at, what }) => {
    const time = `  ${at.slice(11, 23)}Z`;
    if (isNarrow()) return [time, ...wrap(`    ${what}`, '    ')];
    return wrap(`${time}   ${what}`, indent);
  });
  const tests = incident.evidence.filter(isRollbackTest).flatMap((one) => wrap(`  ${testLine(one)}`, '    '));
  return [
    ...wrap(`${paint('bold', 'Incident')} ${incident.state}: ${extent(incident)}`, '  '),
    ...moments,
    ...(tests.length === 0 ? [] : ['  What the tests that can roll back had seen then:', ...tests]),
  ];
}

/** The others say what could not be promoted; `--json` has them all. */
function isRollbackTest(evidence: Json): boolean {
  return String((evidence as JsonObject).test).startsWith('rollback.');
}

function extent({ share, exposedSeconds, closedAfterMs }: Incident): string {
  const to = `exposed to at most ${Number((share * 100).toFixed(2))} % of the users`;
  if (exposedSeconds === null || closedAfterMs === null) return `${to}, and not taken from them yet`;
  return `${to}, for ${seconds(exposedSeconds)}; taken from them ${closedAfterMs} ms after the decision`;
}

function testLine(evidence: Json): string {
  const { test, unit, value, threshold, counts } = evidence as JsonObject;
  const seen = Object.entries((counts ?? {}) as JsonObject).map(([name, count]) => `${name} ${short(count)}`);
  const about = seen.length === 0 ? '' : ` (${seen.join(', ')})`;
  const stands =
    value === null ? 'nothing to measure yet' : `${short(value)} of ${short(threshold)} ${String(unit)}`;
  return `${String(test)}: ${stands}${about}`;
}

function short(value: Json | undefined): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(3))) : String(value);
}
