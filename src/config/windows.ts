import type { Limits } from './schema.ts';

const minuteMs = 60_000;
/** A window that a change of clocks swallows is open again a week later. */
const horizonMs = 15 * 24 * 60 * minuteMs;

/** Whether changes may land at `now`; [from, to) on the wall clocks of the window's zone. No windows: always. */
export function inWindow(limits: Pick<Limits, 'windows'>, now: Date): boolean {
  return (
    limits.windows === null ||
    limits.windows.some((window) => isOpen(window, wallClock(window.timeZone), now))
  );
}

/** When changes may land next, `now` included; undefined: not within 15 days. */
export function nextOpening(limits: Pick<Limits, 'windows'>, now: Date): Date | undefined {
  if (inWindow(limits, now)) return now;
  const windows = (limits.windows ?? []).map((window) => ({ window, clock: wallClock(window.timeZone) }));
  let at = new Date(Math.ceil(now.getTime() / minuteMs) * minuteMs);
  while (at.getTime() < now.getTime() + horizonMs) {
    const here = at;
    if (windows.some(({ window, clock }) => isOpen(window, clock, here))) return at;
    const waits = windows.map(({ window, clock }) => minutesUntil(window.from, clock(here).minutes));
    at = new Date(at.getTime() + Math.min(quarterHour(at), ...waits) * minuteMs);
  }
  return undefined;
}

function minutesUntil(from: number, minutes: number): number {
  return ((from - minutes + 1439) % 1440) + 1;
}

/** A window opens at its `from`, or where clocks change: at a quarter of an hour of UTC. */
function quarterHour(at: Date): number {
  return 15 - (at.getUTCMinutes() % 15);
}

type Window = NonNullable<Limits['windows']>[number];
type WallClock = (at: Date) => { day: string; minutes: number };

function isOpen(window: Window, clock: WallClock, at: Date): boolean {
  const { day, minutes } = clock(at);
  return window.days.some((name) => name === day) && minutes >= window.from && minutes < window.to;
}

/** Intl knows each zone's changes of clocks; arithmetic on UTC offsets does not. */
function wallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
    return {
      day: (parts.get('weekday') ?? '').toLowerCase(),
      minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
  };
}
