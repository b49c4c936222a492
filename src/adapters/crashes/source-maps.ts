import { posix } from 'node:path';
import { originalPositionFor, type SourceMapInput, TraceMap } from '@jridgewell/trace-mapping';
import { LRUCache } from 'lru-cache';
import { stackLimits } from '../../domain/crashes/stack.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { printable } from '../../domain/printable.ts';
import { readWithin, within } from './tree-files.ts';

const mostCodeBytes = 8 << 20;
const mostMapBytes = 16 << 20;
/** Lines and mappings of one map: each takes some of the memory of the process that keeps all changes going. */
const mostMappings = 1_000_000;
const bytesOfMapping = 150;
/** Of all maps that are remembered, whichever release they are of. */
const mostBytes = 256 << 20;
const comment = 'sourceMappingURL=';
/** The comment stands at the end. An inline map is that end. */
const mostTailLines = 20;

export type Position = { readonly file: string; readonly line: number; readonly column: number };

/** `none`: the file has no map, so its own positions count. `unreadable`: it names one that cannot be used. */
type Found =
  | { readonly kind: 'map'; readonly map: TraceMap; readonly path: string; readonly bytes: number }
  | { readonly kind: 'none' | 'unreadable' | 'missing' };

/** Source maps of releases, each read from the release's own tree: a URL is never followed. Their memory is bounded, whatever they hold. */
export class SourceMaps {
  readonly #maps = new LRUCache<string, Found, { tree: string; file: string }>({
    maxSize: mostBytes,
    sizeCalculation: (found) => (found.kind === 'map' ? found.bytes : bytesOfMapping),
    fetchMethod: (_key, _stale, { context: { tree, file } }) =>
      readMap(tree, file).catch((): Found => ({ kind: 'unreadable' })),
  });

  /** Where the source of a position is. undefined: there is no such file, or it is in no source of the project. */
  async original(
    tree: string,
    position: Position,
  ): Promise<(Position & { readonly isMapped: boolean }) | undefined> {
    const { file: code } = position;
    const found = await this.#maps.fetch(JSON.stringify([tree, code]), { context: { tree, file: code } });
    if (found === undefined) return undefined;
    if (found.kind === 'none') return { ...position, isMapped: false };
    if (found.kind !== 'map') return undefined;
    const original = traced(found.map, position);
    const file = original && sourceIn(found.path, original.source);
    if (original === undefined || file === undefined || !isShowable(file)) return undefined;
    return { file, line: original.line, column: original.column + 1, isMapped: true };
  }
}

async function readMap(tree: string, file: string): Promise<Found> {
  const code = await readWithin(tree, file, mostCodeBytes);
  if (code === undefined) return { kind: 'missing' };
  const url = mapUrlIn(code);
  if (url === undefined) return { kind: 'none' };
  const inline = inlineMap(url);
  const path = inline === undefined ? besideOf(file, url) : file;
  const text = inline ?? (path && (await readWithin(tree, path, mostMapBytes)));
  if (text === undefined || path === undefined) return { kind: 'unreadable' };
  const input = JSON.parse(text) as SourceMapInput;
  const mappings = mappingsIn(input);
  if (mappings > mostMappings) return { kind: 'unreadable' };
  return {
    kind: 'map',
    map: new TraceMap(input),
    path,
    bytes: text.length + bytesOfMapping * (1 + mappings),
  };
}

/** At least: separators, and sources, each of which is put behind the root. Counted before anything is made of them. */
function mappingsIn(input: unknown): number {
  if (!isRecord(input)) return 0;
  const { mappings, sources, sourceRoot } = input;
  const rootBytes = typeof sourceRoot === 'string' ? sourceRoot.length : 0;
  let count = Array.isArray(sources) ? sources.length * (1 + rootBytes / bytesOfMapping) : 0;
  if (typeof mappings === 'string') for (const one of mappings) if (one === ';' || one === ',') count += 1;
  return count;
}

type Traced = { readonly source: string; readonly line: number; readonly column: number };

/** What a map holds is read only now: whoever made it may have written anything. */
function traced(map: TraceMap, { line, column }: Position): Traced | undefined {
  try {
    const found: Readonly<Record<'source' | 'line' | 'column', unknown>> = originalPositionFor(map, {
      line,
      column: column - 1,
    });
    const { source, line: oldLine, column: oldColumn } = found;
    const isPlace = isCount(oldLine) && oldLine > 0 && isCount(oldColumn);
    return typeof source === 'string' && isPlace ? { source, line: oldLine, column: oldColumn } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function mapUrlIn(code: string): string | undefined {
  let end = code.length;
  for (let lines = 0; lines < mostTailLines && end > 0; lines++) {
    const begin = code.lastIndexOf('\n', end - 1);
    const line = code.slice(begin + 1, end).trim();
    for (const mark of ['//# ', '//@ '])
      if (line.startsWith(mark + comment)) return line.slice(mark.length + comment.length);
    end = begin;
  }
  return undefined;
}

function inlineMap(url: string): string | undefined {
  const comma = url.indexOf(',');
  if (!url.startsWith('data:application/json') || comma === -1) return undefined;
  const body = url.slice(comma + 1);
  if (url.slice(0, comma).endsWith(';base64')) return Buffer.from(body, 'base64').toString('utf8');
  try {
    return decodeURIComponent(body);
  } catch {
    return undefined;
  }
}

/** The names in a map are whoever's made it: journal and terminal get them as they are. */
function isShowable(file: string): boolean {
  return file.length <= stackLimits.path && printable(file) === file;
}

/** undefined: it is a URL, or lies outside of the tree. */
function besideOf(file: string, url: string): string | undefined {
  if (hasScheme(url)) return undefined;
  try {
    return within(posix.join(posix.dirname(file), decodeURIComponent(url)));
  } catch {
    return undefined;
  }
}

/** The source that a map names, in relation to where the map lies. */
function sourceIn(mapPath: string, source: string): string | undefined {
  return hasScheme(source) ? undefined : within(posix.join(posix.dirname(mapPath), source));
}

function hasScheme(text: string): boolean {
  return text.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(text);
}
