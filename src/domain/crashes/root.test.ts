import { expect, it } from 'vitest';
import { rootOf } from './root.ts';

const files = new Set(['index.js', 'src/cart.js', 'src/user.js', 'node_modules/a/index.js']);
const root = (...paths: readonly string[]) =>
  rootOf(
    paths.map((path) => ({ path })),
    (path) => files.has(path),
  );

it('is where most of a stack is of the project', () => {
  expect(root('/srv/shop/7/src/cart.js', '/srv/shop/7/index.js')).toBe('/srv/shop/7/');
  expect(root('/opt/agent/index.js', '/srv/src/cart.js', '/srv/src/user.js')).toBe('/srv/');
  expect(root('/src/cart.js')).toBe('/');
});

it('takes no package for the project, and the longest match of one place', () => {
  expect(root('/srv/node_modules/a/index.js')).toBeUndefined();
  expect(root('/usr/lib/other.js')).toBeUndefined();
  expect(root('/srv/src/cart.js')).toBe('/srv/');
  expect(root('/src/src/cart.js')).toBe('/src/');
});

it('is bounded, whatever a stack says', () => {
  const deep = `/${'a/'.repeat(100)}index.js`;
  let asked = 0;
  rootOf(
    Array.from({ length: 500 }, () => ({ path: deep })),
    () => ++asked < 0,
  );
  expect(asked).toBeLessThanOrEqual(120);
});
