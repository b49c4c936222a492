import { changeClasses } from '../domain/change.ts';
import { levelOf } from './policy-digest.ts';
import type { Config } from './schema.ts';

/** What is allowed and seldom meant, each with what comes of it; []: nothing strikes. */
export function adviceOn({ autonomy, service }: Pick<Config, 'autonomy' | 'service'>): readonly string[] {
  const at = (level: string) => changeClasses.filter((name) => levelOf(autonomy, name) === level);
  const deploying = at('deploy').filter((name) => name !== 'revert');
  if (service === null || deploying.length === 0) return [];
  const advice: string[] = [];
  if (levelOf(autonomy, 'revert') !== 'deploy')
    advice.push(
      'revert is not at deploy: what is rolled back stays on the branch until a person takes it off',
    );
  const merging = at('merge').filter((name) => name !== 'docs' && name !== 'revert');
  if (merging.length > 0)
    advice.push(`${merging.join(', ')} at merge: each holds the next release until autoland adopt`);
  return advice;
}
