import { expect, it } from 'vitest';
import type { Classification } from '../../domain/stage.ts';
import { toObserve } from './run-tests.ts';

const updated = { name: 'ejs', path: 'node_modules/ejs', from: '1.0.0', to: '1.0.1', direct: true };

function changing(...paths: readonly string[]): Classification {
  const files = paths.map((path) => ({ path, status: 'modified', kind: 'file' }));
  return { class: 'dependency-patch', files, packages: [updated] } as unknown as Classification;
}

it.each(['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock'])(
  'watches an update that %s locks',
  (lockfile) => {
    expect(toObserve(changing('package.json', 'packages/a/package.json', lockfile))).toEqual(['ejs']);
  },
);

it('watches no package where the project itself changes', () => {
  expect(toObserve(changing('package.json', 'package-lock.json', 'src/x.js'))).toEqual([]);
});
