import type { Dialect } from '../../../src/domain/lockfile.ts';
import { sampleLocked } from '../../../src/testing/lock-samples.ts';
import { MemoryRegistry } from '../../../src/testing/npm-samples.ts';

/** An honest update of ejs with something wrong in its lockfile, as each package manager writes it. */
export const registry = new MemoryRegistry()
  .add('ejs', '2.6.1', { dependencies: { jake: '^1.0.0' } })
  .add('ejs', '2.6.2', { dependencies: { jake: '^1.0.0' } })
  .add('jake', '1.0.0')
  .add('jake', '9.9.9')
  .add('evil', '1.0.0')
  .add('evil', '2.6.2');

export const locked = (dialect: Dialect, ejs: string) =>
  sampleLocked(dialect, [
    { name: 'ejs', version: ejs, range: `^${ejs}`, needs: { jake: '^1.0.0' } },
    { name: 'jake', version: '1.0.0' },
  ]);

export const dialects = ['npm', 'pnpm', 'yarn-classic', 'yarn-berry'] as const;
