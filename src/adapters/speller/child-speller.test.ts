import { describe, expect, it } from 'vitest';
import { ChildSpeller } from './child-speller.ts';

const speller = new ChildSpeller();

describe('ChildSpeller', () => {
  it('answers what may have been meant, for words that nobody knows', async () => {
    const found = await speller.unknown(['becuase', 'libary', 'triggrered', 'overriden', 'xqzvbkw']);
    expect(Object.fromEntries(found ?? [])).toEqual({
      becuase: ['because'],
      libary: ['library'],
      triggrered: ['triggered'],
      overriden: ['overridden'],
      xqzvbkw: [],
    });
  });

  it('knows British and American spelling, words of programming, and derivations of known words', async () => {
    const british = ['behaviour', 'colour', 'serialise', 'journalled', 'licence'];
    const american = ['behavior', 'color', 'serialize', 'license'];
    const terms = ['backend', 'stdout', 'transpiled', 'booleans', 'untrusted', 'nullish', 'prepended'];
    const derived = ['unioned', 'inlines', 'cachable', 'deduplicate', 'codepath', 'linters'];
    expect(await speller.unknown([...british, ...american, ...terms, ...derived])).toEqual(new Map());
  });

  it('asks only for plain words, and says when it could not look', async () => {
    expect(await speller.unknown(['a-b', 'Recieve', '../../etc', 'x'.repeat(5_000)])).toEqual(new Map());
    expect(await new ChildSpeller({ timeoutMs: 1 }).unknown(['becuase'])).toBeUndefined();
  });
});
