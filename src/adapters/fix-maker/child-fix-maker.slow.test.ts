import { describe, expect, it } from 'vitest';
import { fixMakerContract } from '../../testing/contracts/fix-maker.ts';
import { ChildFixMaker } from './child-fix-maker.ts';

describe('ChildFixMaker', () => {
  fixMakerContract(() => new ChildFixMaker());

  it('loses a child to text that no parser survives, and nothing else', async () => {
    const text = `${'('.repeat(200_000)}a.b${')'.repeat(200_000)};`;
    const place = { file: 'a.js', line: 1 };
    const error = { errorType: 'TypeError', message: '' };
    const maker = new ChildFixMaker();
    expect(await maker.candidates({ place, text, ...error })).toBeUndefined();
    expect(await maker.candidates({ place, text: 'f(a.b);', ...error })).not.toEqual([]);
  });
});
