/** What stands for a time that the process has read from its clock: each run has others. */
export const NOW = 'NOW';

// Before anybody can put another clock in their place.
const { now, parse } = Date;
/** Clocks of a machine are set by a little now and then, and texts leave fractions of a second out. */
const slackMs = 1500;
const begin = now() - process.uptime() * 1000 - slackMs;

/** In ms, as Date has it. Only what lies between the beginning of this process and this moment: no constant can, and nothing that is to come. */
export function isNow(time: number): boolean {
  return time >= begin && time <= now() + slackMs;
}

const iso = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z/g;
/** RFC 9110, section 5.6.7. */
const http = /(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g;

export function withoutNow(text: string): string {
  if (!/\d:\d\d(?:\.\d{1,9})?(?:Z| GMT)/.test(text)) return text;
  const steady = (found: string) => (isNow(parse(found)) ? NOW : found);
  return text.replaceAll(iso, steady).replaceAll(http, steady);
}
