import { parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import type { Told, Transcript } from '../../../domain/transcript.ts';
import { execJson } from './exec-json.ts';
import { type Dialect, printed, type Said } from './line.ts';
import { streamJson } from './stream-json.ts';

const dialects: readonly Dialect[] = [streamJson, execJson];

/** Longer lines are kept as they are, and not read; so are those that come later, but for the end. */
const most = { line: 1024 * 1024, told: 5_000 };

/**
 * What a coding agent printed, where it tells line by line what it does; undefined: it does not. The program wrote it, and the model that it
 * asked: nothing in it is believed, and nothing of it is lost.
 */
export function readTranscript(stdout: string): Transcript | undefined {
  const readers = dialects.map((dialect) => dialect());
  const told: Told[] = [];
  let [end, usage]: [Transcript['end'] | undefined, Transcript['usage']] = [undefined, null];
  let unread: string[] = [];
  let isRead = false;
  const flush = () => {
    if (unread.length > 0) told.push(printed(unread.join('\n')));
    unread = [];
  };
  for (const line of linesOf(stdout)) {
    const said = sayingOf(line, readers);
    if (said === undefined || (told.length + said.told.length > most.told && said.end === undefined)) {
      if (line.trim() !== '') unread.push(line);
      continue;
    }
    isRead = true;
    flush();
    told.push(...said.told);
    end = said.end ?? end;
    usage = said.usage ?? usage;
  }
  flush();
  if (!isRead) return undefined;
  const rest = readers.flatMap((reader) => reader.rest());
  told.push(...rest.slice(0, most.told));
  return { told, usage, end: end ?? { kind: 'open' } };
}

type Readers = readonly ReturnType<Dialect>[];

function sayingOf(line: string, readers: Readers): Said | undefined {
  if (line.length > most.line || !line.startsWith('{')) return undefined;
  let parsed: Readonly<Record<string, unknown>>;
  try {
    parsed = parseHostileObject(line);
  } catch {
    return undefined;
  }
  for (const { read } of readers) {
    const said = read(parsed);
    if (said !== undefined) return said;
  }
  return undefined;
}

function* linesOf(text: string): Generator<string> {
  let from = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
    yield text.slice(from, at).replace(/\r$/, '');
    from = at + 1;
  }
  yield text.slice(from);
}
