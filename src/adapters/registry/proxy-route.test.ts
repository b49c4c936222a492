import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routeOf } from './proxy-route.ts';

describe('routeOf', () => {
  it('knows packages and tarballs, scoped and not', () => {
    expect(routeOf('GET', '/a', ['/'])).toEqual({ kind: 'packument', name: 'a' });
    expect(routeOf('HEAD', '/@s%2fa?write=true', ['/'])).toEqual({ kind: 'packument', name: '@s/a' });
    expect(routeOf('GET', '/@s/a/-/a-1.0.0+b.tgz', ['/'])).toEqual({
      kind: 'tarball',
      name: '@s/a',
      file: 'a-1.0.0+b.tgz',
    });
  });

  it('takes the longest of the registries’ own path prefixes away', () => {
    const prefixes = ['/', '/npm/', '/npm/team/'];
    expect(routeOf('GET', '/npm/team/a/-/a-1.0.0.tgz', prefixes)).toEqual({
      kind: 'tarball',
      name: 'a',
      file: 'a-1.0.0.tgz',
    });
    expect(routeOf('GET', '/npm/a', prefixes)).toEqual({ kind: 'packument', name: 'a' });
  });

  it('never lets a name or file through that could climb, whatever is asked', () => {
    const part = fc.constantFrom(
      'a',
      '@s',
      '..',
      '.',
      '/',
      '//',
      '-',
      '%2f',
      '%2e%2e',
      '%00',
      '\\',
      '?',
      '#',
      'x.tgz',
      ' ',
      '%',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const route = routeOf('GET', `/${parts.join('')}`, ['/', '/npm/']);
        if (route.kind === 'refused') return;
        const text = route.kind === 'tarball' ? `${route.name} ${route.file}` : route.name;
        expect(text).not.toMatch(/(^|\/)\.\.?(\/|$)|[\\\0?#%]/);
        expect(route.name.split('/').length).toBe(route.name.startsWith('@') ? 2 : 1);
      }),
    );
  });
});
