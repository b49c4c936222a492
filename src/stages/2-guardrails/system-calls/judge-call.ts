import type { SystemCall } from '../../../domain/system-calls.ts';
import { readPlace, writtenPlace } from './places.ts';

/** Worst first. */
export const failing = [
  'tracer-touched',
  'credentials-read',
  'program-started',
  'address-reached',
  'name-looked-up',
  'file-written',
] as const;
export const doubtful = ['program-differs', 'loopback-reached', 'listens', 'file-left', 'file-read'] as const;
export type CallCode = (typeof failing)[number] | (typeof doubtful)[number];

export type Judged = {
  readonly code: CallCode;
  /** The same for what is the same from run to run. */
  readonly key: string;
  /** What flickers together. */
  readonly family: string;
};

/** What differs from run to run by itself: numbers, and names that are drawn by lot. */
function steady(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '*')
    .replaceAll(/(?<![A-Za-z0-9])(?=[0-9a-f]*\d)[0-9a-f]{8,}(?![A-Za-z0-9])/gi, '*')
    .replaceAll(/(\/tmp|\/dev\/shm)\/[^\s"']*/g, '$1/*')
    .replaceAll(/\d+/g, '#');
}

/** The same directory by either of its names. */
const merged = (path: string) => path.replace(/^\/(bin|sbin|lib|lib32|lib64|libx32)\//, '/usr/$1/');

/**
 * Each way to look at a call that counts, worst first; none: it is nobody's concern. `own`: ports of the project's own
 * servers, which listen on the same ones each time.
 */
export function judgeCall(call: SystemCall, own: ReadonlySet<string>): readonly Judged[] {
  const by = steady(merged(call.by));
  if (call.kind === 'run') return judgeProgram(call, by);
  const code = codeOf(call, own);
  if (code === undefined) return [];
  const target = steadyTarget(call, code);
  const family = `${code}\0${by}\0${target.replace(/\/[^/]*$/, '')}`;
  return [{ code, key: `${code}\0${by}\0${target}`, family }];
}

/** Of this machine itself one address is as good as another. */
function steadyTarget({ kind, target }: SystemCall, code: CallCode): string {
  if (code === 'loopback-reached') return 'loopback';
  if (kind === 'listen') return target.replace(/^[^ ]*:(?=[^:]*$)/, ':');
  return kind === 'reach' ? target : steady(target);
}

/** A shell tries one directory of the PATH after another: where it looked in vain the name alone counts. */
function judgeProgram({ target, args = [], failed }: SystemCall, by: string): readonly Judged[] {
  const path = steady(merged(target));
  const name = path.slice(path.lastIndexOf('/') + 1);
  const started = `program-started\0${by}\0${failed === true ? name : path}`;
  if (failed === true) return [{ code: 'program-started', key: started, family: started }];
  const family = `program-differs\0${by}\0${path}`;
  return [
    { code: 'program-started', key: started, family: started },
    { code: 'program-differs', key: `${family}\0${steady(args.join('\0'))}`, family },
  ];
}

function codeOf({ kind, target, failed }: SystemCall, own: ReadonlySet<string>): CallCode | undefined {
  if (kind === 'meddle') return 'tracer-touched';
  if (kind === 'reach') return codeOfAddress(target, own);
  if (kind === 'listen') return ownSocket.test(target) ? undefined : 'listens';
  return kind === 'read' ? readCodes[readPlace(target, failed !== true)] : writtenCodes[writtenPlace(target)];
}

const readCodes = {
  common: undefined,
  credentials: 'credentials-read',
  tracer: 'tracer-touched',
  other: 'file-read',
} as const;
const writtenCodes = {
  common: undefined,
  left: 'file-left',
  tracer: 'tracer-touched',
  other: 'file-written',
} as const;

/** The system's cache of names is asked by every program that looks one up. */
const ownSocket = /^unix (?:\.\/|\/tmp\/|\/dev\/shm\/|(?:\/var)?\/run\/nscd\/)/;

const loopback = /^(?:127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[(?:::1?|::ffff:127\.\d+\.\d+\.\d+)\]):(\*|\d+)$/;

function codeOfAddress(target: string, own: ReadonlySet<string>): CallCode | undefined {
  if (ownSocket.test(target)) return undefined;
  if (target === 'a name') return 'name-looked-up';
  const port = loopback.exec(target)?.[1];
  return port === '*' || (port !== undefined && own.has(port)) ? 'loopback-reached' : 'address-reached';
}

/** Ports that the project's own servers listen on. */
export function portsOf(calls: readonly SystemCall[]): ReadonlySet<string> {
  const listens = calls.filter(({ kind }) => kind === 'listen');
  return new Set(listens.flatMap(({ target }) => /:(\d+)$/.exec(target)?.[1] ?? []));
}
