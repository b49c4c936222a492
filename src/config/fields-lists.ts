import semver from 'semver';
import { z } from 'zod';
import { instant, wants } from './fields.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

const wantsDay = wants(
  'a day, or a range of days that does not pass Sunday',
  'write mon, tue, wed, thu, fri, sat, sun, or mon-fri',
);
const dayPattern = new RegExp(`^(${weekdays.join('|')})(-(${weekdays.join('|')}))?$`);

/** `mon` or `mon-fri` -> the days it names; [] never gets through. */
const dayRange = z
  .string(wantsDay)
  .regex(dayPattern, wantsDay)
  .transform((text) => daysOf(text))
  .refine((days) => days.length > 0, wantsDay);

export const days = z
  .array(dayRange)
  .min(1, wants('at least one day'))
  .transform((ranges) => weekdays.filter((day) => ranges.some((range) => range.includes(day))));

function daysOf(text: string): Weekday[] {
  const [first = '', last = first] = text.split('-');
  return weekdays.slice(indexOfDay(first), indexOfDay(last) + 1);
}

function indexOfDay(name: string): number {
  return weekdays.map(String).indexOf(name);
}

const wantsTime = wants('a time of day from 00:00 to 24:00', 'write it in quotes, as "09:00"');

/** -> minutes since midnight, 0 to 1440. */
export const timeOfDay = z
  .string(wantsTime)
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, wantsTime)
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const wantsZone = wants(
  'a time zone that this Node knows',
  'use a name of the IANA database, such as UTC or Europe/Vienna',
);

export const timeZone = z.string(wantsZone).refine(isTimeZone, wantsZone);

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Some hours of some days, on the clocks of one zone. */
export const window = z
  .strictObject({ days, from: timeOfDay, to: timeOfDay, timeZone: timeZone.default('UTC') })
  .refine((value) => value.from < value.to, {
    path: ['to'],
    ...wants('an end after the beginning', 'split a window that passes midnight in two, at 24:00'),
  });

const wantsIgnore = wants(
  'a package name, a package with a range, or a whole scope',
  'write name, @scope/name, name@3.x or "@scope/*"',
);

/** Packages that the dependency agent leaves alone. */
const ignorePattern = z.string(wantsIgnore).refine(isIgnorePattern, wantsIgnore);

const wantsRule = wants(
  'a package name, a package with a range, a whole scope, or one of these with an end',
  'write name, name@3.x, "@scope/*", or { package: name@3.x, until: 2027-01-31 }',
);

/** With an end, it holds until that instant. */
export const ignoreRule = z.union(
  [
    ignorePattern,
    z.strictObject({
      package: ignorePattern,
      until: instant.describe('From then on it is looked at again'),
    }),
  ],
  wantsRule,
);

function isIgnorePattern(text: string): boolean {
  const parts = /^(?<name>(?:@[a-z0-9~-][\w.~-]*\/)?(?:[a-z0-9~-][\w.~-]*|\*))(?:@(?<range>.+))?$/i.exec(
    text,
  );
  const { name, range } = parts?.groups ?? {};
  if (name === undefined) return false;
  if (name.endsWith('*') && (range !== undefined || !name.startsWith('@'))) return false;
  return range === undefined || semver.validRange(range) !== null;
}
