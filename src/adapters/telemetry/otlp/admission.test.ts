import { expect, it } from 'vitest';
import { Admission } from './admission.ts';
import { ReportPace } from './report-pace.ts';

it('takes so many exports at a time, and so many bytes in a time', () => {
  let now = 0;
  const admission = new Admission(() => now);
  for (let n = 0; n < 8; n += 1) expect(admission.begin()).toBeUndefined();
  expect(admission.begin()).toEqual({ why: 'at-once', retryAfterSeconds: 1 });
  for (let n = 0; n < 8; n += 1) admission.end(2 << 20);
  expect(admission.begin()).toEqual({ why: 'bytes', retryAfterSeconds: 5 });
  now = 5000;
  expect(admission.begin()).toBeUndefined();
});

it('takes only so many exports, however small', () => {
  const admission = new Admission(() => 0);
  let taken = 0;
  while (admission.begin() === undefined && taken < 10_000) {
    admission.end(0);
    taken += 1;
  }
  expect(taken).toBe(512);
});

it('tells how often reports come, also when they end', () => {
  const pace = new ReportPace();
  expect(pace.everySeconds(0)).toBeNull();
  pace.reported(1000);
  expect(pace.everySeconds(90_000)).toBeNull();
  for (const at of [2000, 3000, 33_000, 34_000]) pace.reported(at);
  expect(pace.everySeconds(34_500)).toBe(1);
  expect(pace.everySeconds(54_000)).toBe(20);
});
