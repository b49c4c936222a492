/** The trailers in the last paragraph of a commit message; the last of a name counts. See git-interpret-trailers(1). */
export function trailersOf(message: string): ReadonlyMap<string, string> {
  const [, ...paragraphs] = message.trimEnd().split(/\n\s*\n/);
  // The first paragraph is the title, whatever it looks like.
  const lines = (paragraphs.at(-1) ?? '')
    .split('\n')
    .map((line) => /^([A-Za-z][A-Za-z0-9-]*): (.*)$/.exec(line));
  // A paragraph of prose is none of trailers, even if a line of it looks like one.
  if (lines.some((match) => match === null)) return new Map();
  return new Map(lines.map((match) => [match?.[1] ?? '', match?.[2] ?? '']));
}
