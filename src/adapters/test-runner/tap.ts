import { countStates, type TestReport, type TestState } from '../../domain/test-comparison.ts';

type Point = { readonly name: string; readonly state: TestState; readonly number: number | undefined };
/** One nesting depth of a document. */
type Level = { points: Point[]; plan: number | undefined; bailed: boolean };

const indent = '    ';

/**
 * TAP 13 and 14 (https://testanything.org/tap-version-14-specification.html) as node:test writes them: subtests are
 * indented by four spaces and come before the point that sums them up. Several documents in one output add up.
 * undefined: the output holds no TAP. Lines that are not TAP are other programs' output.
 */
export function parseTap(output: string): TestReport | undefined {
  const documents = splitDocuments(output.replaceAll('\r\n', '\n').split('\n'));
  if (documents.length === 0) return undefined;
  const read = documents.map(readDocument);
  const tests = read.flatMap((document) => document.tests);
  return {
    tests,
    counts: countStates(tests),
    complete: read.every((document) => document.complete),
    format: 'tap',
    documents: documents.length,
  };
}

function splitDocuments(lines: readonly string[]): string[][] {
  const documents: string[][] = [];
  for (const line of lines) {
    if (/^TAP version \d+$/.test(line)) documents.push([]);
    else documents.at(-1)?.push(line);
  }
  return documents;
}

class Reader {
  readonly tests: { name: string; state: TestState }[] = [];
  readonly levels: Level[] = [newLevel()];
  complete = true;
  readonly #pending: { depth: number; tests: { path: string[]; state: TestState }[] }[] = [];

  point(depth: number, point: Point): void {
    const children = this.#closeAbove(depth);
    this.#level(depth).points.push(point);
    const own =
      children.length === 0
        ? [{ path: [point.name], state: point.state }]
        : children.map((test) => ({ ...test, path: [point.name, ...test.path] }));
    // A group that fails by itself (a hook, a plan) counts as a failing test.
    if (
      children.length > 0 &&
      point.state === 'not-ok' &&
      children.every((test) => test.state !== 'not-ok')
    ) {
      own.push({ path: [point.name], state: 'not-ok' });
    }
    const top = this.#pending.at(-1);
    if (top?.depth === depth) top.tests.push(...own);
    else this.#pending.push({ depth, tests: own });
  }

  plan(depth: number, count: number): void {
    const level = this.#level(depth);
    if (level.plan !== undefined) this.complete = false;
    level.plan = count;
  }

  finish(): void {
    const top = this.#closeAbove(0);
    // Children without the point that sums them up: the process ended in between.
    if (top.length > 0) this.complete = false;
    const tests = [...(this.#pending.pop()?.tests ?? []), ...top];
    for (const test of tests) this.tests.push({ name: test.path.join(' > '), state: test.state });
    const root = this.levels[0];
    if (root !== undefined && !isKept(root)) this.complete = false;
  }

  #level(depth: number): Level {
    while (this.levels.length <= depth) this.levels.push(newLevel());
    return this.levels[depth] ?? newLevel();
  }

  /** Takes the subtests that were waiting for the point above them. */
  #closeAbove(depth: number): { path: string[]; state: TestState }[] {
    while (this.levels.length > depth + 1) {
      const level = this.levels.pop();
      if (level !== undefined && (level.points.length > 0 || level.plan !== undefined) && !isKept(level))
        this.complete = false;
    }
    const children: { path: string[]; state: TestState }[] = [];
    for (let top = this.#pending.at(-1); top !== undefined && top.depth > depth; top = this.#pending.at(-1)) {
      if (top.depth > depth + 1) this.complete = false;
      children.unshift(...top.tests);
      this.#pending.pop();
    }
    return children;
  }
}

const newLevel = (): Level => ({ points: [], plan: undefined, bailed: false });

/** node:test gives a file without tests the number of the file, wherever it stands. */
const isFile = /^\S+\.[cm]?[jt]sx?$/;

function isKept(level: Level): boolean {
  const inOrder = level.points.every(
    ({ number, name }, at) => number === undefined || number === at + 1 || isFile.test(name),
  );
  return level.plan === level.points.length && inOrder && !level.bailed;
}

function readDocument(lines: readonly string[]): Pick<TestReport, 'complete'> & Pick<Reader, 'tests'> {
  const reader = new Reader();
  let yaml: string | undefined;
  for (const line of lines) {
    const blank = /^ */.exec(line)?.[0] ?? '';
    if (yaml !== undefined) {
      if (line === `${yaml}...`) yaml = undefined;
      continue;
    }
    if (line.trim() === '---' && blank.length % indent.length === 2) {
      yaml = blank;
      continue;
    }
    if (blank.length % indent.length !== 0) continue;
    readLine(reader, blank.length / indent.length, line.slice(blank.length));
  }
  if (yaml !== undefined) reader.complete = false;
  reader.finish();
  return { tests: reader.tests, complete: reader.complete };
}

function readLine(reader: Reader, depth: number, text: string): void {
  const plan = /^1\.\.(\d+)(?:\s*#.*)?$/.exec(text);
  if (plan?.[1] !== undefined) reader.plan(depth, Number(plan[1]));
  else if (/^Bail out!/i.test(text)) reader.complete = false;
  else {
    const point = readPoint(text);
    if (point !== undefined) reader.point(depth, point);
  }
}

function readPoint(text: string): Point | undefined {
  // `s`: a name may hold U+2028, which ends a line to a pattern and not to TAP.
  const found = /^(not )?ok\b(?: (\d+))?(?: -)?(.*)$/s.exec(text);
  if (found === null) return undefined;
  const [, not, number, rest = ''] = found;
  const directive = /(?:^|[^\\])#\s*(skip|todo)\b/i.exec(rest);
  const said = directive === null ? rest : rest.slice(0, directive.index + 1);
  // node-tap says there how long it took.
  const name = said
    .replace(/ # time=[\d.]+m?s$/, '')
    .replace(/\s#$/, '')
    .trim();
  const state = directive?.[1]?.toLowerCase() ?? (not === undefined ? 'ok' : 'not-ok');
  return {
    name,
    state: state === 'skip' || state === 'todo' || state === 'ok' ? state : 'not-ok',
    number: number === undefined ? undefined : Number(number),
  };
}
