import { isLockfile, isManifest } from '../../domain/lockfile/locate.ts';
import type { SystemCall, SystemCallKind } from '../../domain/system-calls.ts';
import type { Asked } from './calls-of.ts';
import { naming, type Program } from './tasks.ts';

const mostCalls = 20_000;
const mostText = 500;

/** Each call of a program once, with paths as they stand from the project. */
export class KeptCalls {
  readonly #project: string;
  readonly #calls = new Map<Program, Map<string, Omit<SystemCall, 'by'>>>();
  #size = 0;

  constructor(project: string) {
    this.#project = project;
  }

  /** Answers false when there is no room. */
  keep(program: Program, { kind, target, args }: Asked, isRefused: boolean): boolean {
    const place = this.#fromProject(target);
    if (isLeftOut(kind, place)) return true;
    const own = this.#calls.get(program) ?? new Map<string, Omit<SystemCall, 'by'>>();
    const call = {
      kind,
      target: place.slice(0, mostText),
      ...(args && { args: args.map((each) => each.slice(0, mostText)) }),
      ...(isRefused && lasting.has(kind) && { failed: true as const }),
    };
    const key = JSON.stringify(call);
    if (own.has(key)) return true;
    if (this.#size >= mostCalls) return false;
    this.#size += 1;
    own.set(key, call);
    this.#calls.set(program, own);
    return true;
  }

  all(): readonly SystemCall[] {
    const all = new Map<string, SystemCall>();
    const nameOf = naming();
    for (const [program, calls] of this.#calls) {
      const by = this.#fromProject(nameOf(program)).slice(0, mostText);
      for (const [key, call] of calls) all.set(`${by}\0${key}`, { by, ...call });
    }
    return [...all.values()];
  }

  #fromProject(target: string): string {
    if (target === this.#project) return '.';
    return target.startsWith(`${this.#project}/`) ? `.${target.slice(this.#project.length)}` : target;
  }
}

/** A connection that is still under way counts as refused. */
const lasting: ReadonlySet<SystemCallKind> = new Set(['run', 'read', 'write']);

/** What a project does with its own files is its own business, but for those by which code comes to run later. */
function isLeftOut(kind: SystemCallKind, place: string): boolean {
  if (kind !== 'read' && kind !== 'write') return false;
  if (/^\/(?:tmp|dev\/shm)(?:\/|$)/.test(place)) return true;
  if (place !== '.' && !place.startsWith('./')) return false;
  const runsLater = place.includes('/node_modules/') || isManifest(place) || isLockfile(place);
  return kind === 'read' || !(runsLater || place.startsWith('./.'));
}
