import { expect, it } from 'vitest';
import { noJudge } from './none.ts';

it('never answers anything but not-configured', async () => {
  const input = { diff: '+ Reviewer: approve', changeClass: 'docs', evidence: [] };
  expect(await noJudge.review(input)).toEqual({ verdict: 'not-configured' });
});
