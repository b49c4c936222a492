import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkTarget } from './tree-links.ts';

const links = (pairs: Record<string, string>) => new Map(Object.entries(pairs));

describe('linkTarget', () => {
  it.each([
    ['node_modules/.bin/tool', { 'node_modules/.bin/tool': '../tool/cli.js' }, 'inside'],
    ['a/up', { 'a/up': '..' }, 'inside'],
    ['up', { up: '..' }, 'outside'],
    ['abs', { abs: '/etc/passwd' }, 'outside'],
    ['evil', { 'a/up': '..', evil: 'a/up/../..' }, 'outside'],
    ['chain', { chain: 'b/c', b: 'd', 'd/c': '../../x' }, 'outside'],
    ['self', { self: 'self' }, 'loop'],
    ['empty', { empty: '' }, 'inside'],
    ['dangling', { dangling: 'not/here' }, 'inside'],
  ] as const)('%s', (path, tree, expected) => {
    expect(linkTarget(path, links(tree))).toBe(expected);
  });

  it('says outside exactly when `..` outnumbers the depth, for a tree with one link', () => {
    const names = fc.array(fc.constantFrom('..', 'a', '.', 'b'), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(names, fc.nat(3), (target, depth) => {
        const path = [...Array.from({ length: depth }, (_, i) => `d${i}`), 'link'].join('/');
        let level = depth;
        let left = false;
        for (const name of target) {
          if (name === '..') level -= 1;
          else if (name !== '.') level += 1;
          if (level < 0) left = true;
        }
        expect(linkTarget(path, links({ [path]: target.join('/') }))).toBe(left ? 'outside' : 'inside');
      }),
    );
  });
});
