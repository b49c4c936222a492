import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { type ChangeClass, type ChangeId, changeClasses } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { type ClassAutonomy, classesOf, demotionsOf, restorationOf } from '../../views/autonomy.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';

/** `autoland autonomy`: how far each class may go alone, by the protected branch and by what has failed. */
export async function readAutonomy(
  options: PlaceOptions,
): Promise<{ readonly state: string; readonly classes: readonly ClassAutonomy[] }> {
  await using repository = await openRepository(options, 'read');
  const { repo, state } = repository.place;
  const { reader, close } = await openGitReader(repo);
  try {
    const { config } = await new BranchRules(reader, false).load();
    return { state, classes: classesOf(await repository.autonomy(), config.autonomy) };
  } finally {
    await close();
  }
}

export type Restored = {
  readonly class: ChangeClass;
  /** Those that had failed. */
  readonly changes: readonly ChangeId[];
  readonly state: string;
};

/** `autoland autonomy restore`: a person has looked at what failed. Rejects with `autonomy.not-demoted`. */
export async function restoreAutonomy(
  options: PlaceOptions,
  wanted: string,
  how: { readonly by: string; readonly reason: string; readonly dryRun: boolean },
): Promise<Restored> {
  const of = changeClass(wanted);
  await using repository = await openRepository(options, 'update');
  const autonomy = await repository.autonomy();
  const changes = demotionsOf(autonomy, of).map(({ change }) => change);
  if (changes.length === 0) throw notDemoted(of, autonomy.demotions);
  const { by, reason, dryRun } = how;
  if (!dryRun) await repository.store.append({ events: [restorationOf({ class: of, changes, reason }, by)] });
  return { class: of, changes, state: repository.place.state };
}

function changeClass(word: string): ChangeClass {
  const found = changeClasses.find((known) => known === word);
  if (found !== undefined) return found;
  throw new AutolandError('usage', `expected a class of change, found ${JSON.stringify(word)}`, {
    mend: `use one of: ${changeClasses.join(', ')}`,
  });
}

function notDemoted(of: ChangeClass, demotions: readonly { readonly class: ChangeClass }[]): AutolandError {
  const others = [...new Set(demotions.map((one) => one.class))];
  return new AutolandError(
    'autonomy.not-demoted',
    `expected a class that is demoted, found that ${of} is not`,
    {
      mend:
        others.length === 0
          ? 'no class is: what holds its changes is their level in autoland.yaml, or the policy'
          : `demoted now: ${others.join(', ')}`,
    },
  );
}
