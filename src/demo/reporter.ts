import { wrap } from '../cli/render/text.ts';
import type { Entry } from '../domain/journal.ts';
import type { Json } from '../domain/json.ts';
import type { Progress } from './progress.ts';
import { concluded, drawScene, percent, type Scene } from './screen.ts';

/** How the demo tells its story: a live screen, plain lines, or NDJSON. */
export interface Reporter {
  say(text: string): void;
  entry(entry: Entry, change: Progress | undefined): void;
  scene(scene: Scene): void;
  summary(lines: readonly string[], data: Json): void;
}

export function makeReporter(options: { json?: true; plain?: true }): Reporter {
  if (options.json) return new JsonReporter();
  return process.stdout.isTTY && !options.plain ? new LiveReporter() : new PlainReporter();
}

function wrapped(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => wrap(line, line.startsWith(' ') ? '    ' : ''))
    .join('\n');
}

function write(text: string): void {
  process.stdout.write(text);
}

class JsonReporter implements Reporter {
  say(text: string): void {
    write(`${JSON.stringify({ event: 'said', text })}\n`);
  }
  entry(entry: Entry): void {
    write(`${JSON.stringify({ event: 'journal', ...entry })}\n`);
  }
  scene(): void {}
  summary(_lines: readonly string[], data: Json): void {
    write(`${JSON.stringify(data)}\n`);
  }
}

/** One line for each thing that a person would want to know, and no more. */
class PlainReporter implements Reporter {
  #weights = new Map<string, number>();

  say(text: string): void {
    write(`${wrapped(text)}\n`);
  }
  entry(entry: Entry, change: Progress | undefined): void {
    if (change === undefined) return;
    const line = this.#line(entry, change);
    if (line !== undefined) write(`${wrap(`  ${line}`, '    ').join('\n')}\n`);
  }
  scene(): void {}
  summary(lines: readonly string[]): void {
    write(`${lines.join('\n')}\n`);
  }

  #line(entry: Entry, change: Progress): string | undefined {
    if (entry.type === 'change.proposed') return `· ${change.title}: proposed by ${change.source}`;
    if (entry.type === 'change.concluded') return concluded(change);
    if (entry.type === 'stage.finished' && change.stage !== 'conclude')
      return `· ${change.title}: ${String(entry.data.stage)} done, ${change.stage} next`;
    if (entry.type !== 'stage.noted' || entry.data.note !== 'rollout.look' || change.look === null)
      return undefined;
    if (this.#weights.get(change.id) === change.look.weight) return undefined;
    this.#weights.set(change.id, change.look.weight);
    return `· ${change.title}: shown to ${percent(change.look.weight)} of users`;
  }
}

class LiveReporter implements Reporter {
  #drawn = 0;

  say(text: string): void {
    this.#erase();
    write(`${wrapped(text)}\n`);
  }
  entry(): void {}
  scene(scene: Scene): void {
    this.#erase();
    const room = Math.max(6, (process.stdout.rows ?? 24) - 1);
    const lines = drawScene(scene).slice(-room);
    write(`${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }
  summary(lines: readonly string[]): void {
    this.#erase();
    write(`${lines.join('\n')}\n`);
  }

  #erase(): void {
    if (this.#drawn > 0) write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }
}
