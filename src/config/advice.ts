import { changeClasses } from '../domain/change.ts';
import { levelOf } from './policy-digest.ts';
import { type Config, servicesOf } from './schema.ts';

/** What is allowed and seldom meant, each with what comes of it; []: nothing strikes. */
export function adviceOn(config: Pick<Config, 'autonomy' | 'service' | 'services'>): readonly string[] {
  const { autonomy } = config;
  const at = (level: string) => changeClasses.filter((name) => levelOf(autonomy, name) === level);
  const deploying = at('deploy').filter((name) => name !== 'revert');
  if (servicesOf(config).length === 0 || deploying.length === 0) return [];
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
