import { AutolandError } from '../domain/errors.ts';

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;
/** As far as a date goes. */
const latest = 8e9;

/** RFC 3339 with an offset, or Unix seconds -> Unix seconds, to the millisecond. Throws `usage` for anything else. */
export function readTime(text: string, option: string): number {
  const seconds = rfc3339.test(text)
    ? Date.parse(text) / 1000
    : /^\d{1,10}(?:\.\d{1,9})?$/.test(text)
      ? Number(text)
      : Number.NaN;
  if (seconds >= 0 && seconds <= latest) return Number(seconds.toFixed(3));
  throw new AutolandError(
    'usage',
    `expected a time for ${option}, found ${JSON.stringify(text.slice(0, 80))}`,
    {
      mend: `write ${option} 2026-11-29T10:00:00Z, or Unix seconds`,
    },
  );
}

const ago = /^(\d{1,6})(s|m|h|d)$/;
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** As `readTime`, or how long ago it was, such as `90m`. `now`: Unix seconds. */
export function readMoment(text: string, option: string, now: number): number {
  const [, count, unit = ''] = ago.exec(text) ?? [];
  if (count !== undefined) return Number((now - Number(count) * (unitSeconds[unit] ?? 0)).toFixed(3));
  try {
    return readTime(text, option);
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    throw new AutolandError('usage', thrown.message, {
      mend: `write ${option} 90m (so long ago), or ${option} 2026-11-29T10:00:00Z`,
    });
  }
}
