import { isBelow, mostOf } from '../../domain/autonomy.ts';
import type { ClassAutonomy } from '../../views/autonomy.ts';
import { paint, wrap, wrapAll } from './text.ts';

/** One line for each class, and below it what it is demoted for. */
export function renderAutonomy(view: {
  readonly state: string;
  readonly classes: readonly ClassAutonomy[];
}): string[] {
  return [...view.classes.flatMap(renderClass), `  state ${view.state}`];
}

function renderClass({ class: of, configured, effective, demotions }: ClassAutonomy): string[] {
  const level =
    effective === configured ? effective : `${paint('red', effective)} (configured: ${configured})`;
  const why = demotions.flatMap(({ change, code, at }) =>
    wrap(`    demoted at ${at}: ${change} was taken back (${code})`, '      '),
  );
  const most = isBelow(mostOf(of), configured)
    ? ['    goes no further than propose: nothing has earned it more yet']
    : [];
  return [`${of.padEnd(20)} ${level}`, ...most, ...why];
}

export function renderRestored(view: {
  readonly class: string;
  readonly changes: readonly string[];
  readonly state: string;
  readonly dryRun: boolean;
}): string[] {
  const { class: of, changes, state, dryRun } = view;
  const line = `${dryRun ? 'would restore' : 'restored'} ${of}, demoted for ${changes.join(', ')}: its level is the one in autoland.yaml`;
  return [...wrapAll([line]), `  state ${state}`];
}
