import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driverSamples } from '../../../testing/driver-samples.ts';
import { mostText, screen } from './screen.ts';

const look = (text: string) => screen({ format: 'cjs', text }, ['pad', '@a/b']);

describe('the first look at a driver', () => {
  it.each(['good', 'asserting', 'esm', 'flaky', 'endless'] as const)('lets %s through', (name) => {
    expect(screen(driverSamples[name], ['pad'])).toBeUndefined();
  });

  it.each<[string, string, string]>([
    ['the environment', `require('pad'); process.env.TOKEN`, 'it names process'],
    ['what is spelt with escapes', `require('pad'); pro\\u0063ess.env`, 'it names process'],
    ['the global object', `require('pad'); globalThis[x]`, 'it names globalThis'],
    ['code out of a text', `require('pad'); eval('1')`, 'it names eval'],
    ['another module', `require('pad'); require('node:fs')`, 'it loads node:fs'],
    ['another package', `import 'pad'; import x from 'left'`, 'it loads left'],
    ['a name that begins alike', `import 'pad'; import 'padding'`, 'it loads padding'],
    ['a way out of a package', `import 'pad'; import 'pad/../../x'`, 'it loads pad/../../x'],
    ['a computed name', `require('pad'); require('node:' + x)`, 'it loads a module that it does not name'],
    ['a name beside a comment', `/* from 'pad' */ require(x)`, 'it loads a module that it does not name'],
    ['no package', `require('node:test')`, 'it loads nothing that changes'],
    [
      'too much',
      `require('pad');${' '.repeat(mostText)}`,
      `it has ${mostText + 15} characters, over ${mostText}`,
    ],
  ])('stops %s', (_name, text, why) => {
    expect(look(text)).toBe(why);
  });

  it('takes subpaths, scopes and each form of import', () => {
    const text = `import a, { b as c } from 'pad'; import * as d from "@a/b/x"; import 'pad/y'; await import('pad')`;
    expect(look(text)).toBeUndefined();
  });

  it('is not swayed by what stands around', () => {
    const word = fc.constantFrom('process', 'globalThis', 'fetch', 'eval', "require('node:fs')", 'import(x)');
    fc.assert(
      fc.property(fc.string(), word, fc.string(), (before, bad, after) => {
        expect(look(`require('pad');${before}\n;${bad};\n${after}`)).toBeDefined();
      }),
    );
  });
});
