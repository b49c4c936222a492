import type { Sha } from '../../domain/change.ts';
import type { CrashFrame } from '../../domain/crash.ts';
import type { StackFrame } from '../../domain/crashes/exception.ts';
import type { Release, ReleaseStore } from '../../ports/release-store.ts';
import { APP } from '../runtime/processes/service-job.ts';
import { type Position, SourceMaps } from './source-maps.ts';
import { within } from './tree-files.ts';

/** Kept of one crash. */
const mostFrames = 10;
/** What minifiers call functions: another build may call them anything. */
const minified = /^[\w$]{1,2}$/;

export type Symbolised = {
  /** What the release was built from. */
  readonly commit: Sha;
  /** The project's own, innermost first; []: it has no part in it. */
  readonly frames: readonly CrashFrame[];
};

/** Says where in the project's sources a stack of a release was. */
export class ReleaseSymboliser {
  readonly #releases: Pick<ReleaseStore, 'get'>;
  /** Of a release that is asked for the first time all files are hashed. */
  readonly #known = new Map<string, Promise<Release | undefined>>();
  readonly #maps = new SourceMaps();

  constructor(releases: Pick<ReleaseStore, 'get'>) {
    this.#releases = releases;
  }

  /** undefined: there is no such release, or it was altered. */
  async symbolise(digest: string, stack: readonly StackFrame[]): Promise<Symbolised | undefined> {
    const release = await this.#release(digest);
    if (release === undefined) return undefined;
    const frames: CrashFrame[] = [];
    for (const frame of stack) {
      const found = await this.#frame(release, frame);
      if (found !== undefined) frames.push(found);
      if (frames.length === mostFrames) break;
    }
    return { commit: release.commit, frames };
  }

  #release(digest: string): Promise<Release | undefined> {
    const known = this.#known.get(digest);
    if (known !== undefined) return known;
    const asked = this.#releases.get(digest).catch(() => undefined);
    this.#known.set(digest, asked);
    const [oldest] = this.#known.keys();
    if (this.#known.size > 10 && oldest !== undefined) this.#known.delete(oldest);
    return asked;
  }

  async #frame(
    { dir }: Release,
    { path, line, column, functionName }: StackFrame,
  ): Promise<CrashFrame | undefined> {
    const file = inTree(path, dir);
    if (file === undefined || isForeign(file)) return undefined;
    const found = await this.#maps.original(dir, { file, line, column });
    if (found === undefined || isForeign(found.file)) return undefined;
    const isNamed = functionName !== undefined && !(found.isMapped && minified.test(functionName));
    return { ...positionOf(found), ...(isNamed && { functionName }) };
  }
}

function positionOf({ file, line, column }: Position): Position {
  return { file, line, column };
}

/** Relative to the release, as a service sees it inside the sandbox or, where there is none, outside. */
function inTree(path: string, dir: string): string | undefined {
  const root = [`${APP}/`, `${dir}/`].find((one) => path.startsWith(one));
  return root === undefined ? undefined : within(path.slice(root.length));
}

function isForeign(file: string): boolean {
  return file.split('/').includes('node_modules');
}
