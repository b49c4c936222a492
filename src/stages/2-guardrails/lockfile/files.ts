import { isLockfile } from '../../../domain/lockfile/locate.ts';
import type { Finding, LockFacts, Problem } from '../facts.ts';

/** A lockfile that comes beside another one, or goes, changes what is installed, and which manager does it. */
export function lockfilesComeAndGo({ files: { base, head } }: LockFacts): readonly Problem[] {
  const gone = base.filter((name) => !head.includes(name));
  const come = base.length === 0 ? [] : head.filter((name) => !base.includes(name));
  return [
    ...gone.map((name) => ({ code: 'lockfile.removed', detail: `${name} is removed.` })),
    ...come.map((name) => ({
      code: 'lockfile.appeared',
      detail: `${name} appears beside ${base.join(', ')}: another package manager would install.`,
    })),
  ];
}

type Doubt = Pick<Finding, 'code' | 'reason'>;

/** What cannot be decided here, though nothing wrong was found. */
export function doubts(lock: LockFacts): readonly Doubt[] {
  const { head, touched } = lock.files;
  const nested = touched.find((path) => isLockfile(path) && path.includes('/'));
  const changed = [...(lock.head?.settings ?? [])].find(
    ([key, value]) => lock.base !== undefined && lock.base.settings.get(key) !== value,
  )?.[0];
  const lost = [...(lock.base?.settings.keys() ?? [])].find((key) => lock.head?.settings.has(key) === false);
  const steered = changed ?? lost;
  return [
    ...(head.length > 1
      ? [{ code: 'lockfile.several', reason: `Which of ${head.join(', ')} is installed from is not known.` }]
      : []),
    ...(head.length === 1 && lock.head === undefined
      ? [{ code: 'lockfile.unsupported', reason: `${head[0]} is a lockfile that cannot be read.` }]
      : []),
    ...(nested === undefined
      ? []
      : [{ code: 'lockfile.nested', reason: `${nested} is not at the root: it is not looked into.` }]),
    ...(steered === undefined
      ? []
      : [
          {
            code: 'lockfile.settings-changed',
            reason: `"${steered}", which steers the whole lockfile, changes.`,
          },
        ]),
  ];
}
