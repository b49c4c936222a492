/** What `inside/spectrum-reporter.cjs` writes. */
export type Spectrum = {
  readonly passed: number;
  /** By file and line: how many passing tests ran it. */
  readonly passing: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly failed: readonly FailedTest[];
};

export type FailedTest = {
  readonly title: string;
  readonly errorType: string;
  readonly message: string;
  readonly stack: string;
  readonly lines: Readonly<Record<string, readonly number[]>>;
};

export type Suspect = { readonly file: string; readonly line: number; readonly score: number };

/** Ochiai's measure of each line that a failing test ran, the most suspect first (https://doi.org/10.1016/j.jss.2009.06.035). */
export function suspects({ passing }: Spectrum, failed: readonly FailedTest[]): readonly Suspect[] {
  const counts = new Map<string, { file: string; line: number; ran: number }>();
  for (const { lines } of failed)
    for (const [file, all] of Object.entries(lines))
      for (const line of all) {
        const key = `${file}:${line}`;
        counts.set(key, { file, line, ran: (counts.get(key)?.ran ?? 0) + 1 });
      }
  const scored = [...counts.values()].map(({ file, line, ran }) => {
    const score = ran / Math.sqrt(failed.length * (ran + (passing[file]?.[line] ?? 0)));
    return { file, line, score };
  });
  return scored.toSorted((one, other) => other.score - one.score);
}

type Frame = { readonly file: string; readonly line: number; readonly column: number };

/** Frames of the project's own code above the first one of a test: of an assertion there are none. Mocha may have cut the root off. */
export function ownFrames(stack: string, root: string): readonly Frame[] {
  const frames: Frame[] = [];
  for (const [, path = '', line, column] of stack.matchAll(/^\s+at .*?([^\s()]+):(\d+):(\d+)\)?$/gm)) {
    const file = path.replace(/^file:\/\//, '');
    const own = file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
    if (/^(\/|node:)|(^|\/)node_modules\//.test(own)) continue;
    if (/^tests?\//.test(own)) break;
    frames.push({ file: own, line: Number(line), column: Number(column) });
  }
  return frames;
}
