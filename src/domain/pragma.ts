/** Comments that change what a tool or an engine does. */
export const pragma =
  /(eslint|jslint|jshint|oxlint|biome|tslint|stylelint|prettier|deno-(lint|fmt)|istanbul|[cv]8 ignore|node:coverage|noinspection|codeql|nosem|nosec|sonar)|@(ts-|jsx|flow|no-?flow|cc_on|vite|vitest|jest|pure|__|critical|requires|ensures|type|internal)|#__|#!|sourcemappingurl|sourceurl|^\/\s*<|webpack|turbopack|^\s*(globals?|exported)\b/i;

const longest = 60;

/** The words of a comment that a tool obeys, with what stands right after them; '': it is for people alone. */
export function directiveIn(comment: string): string {
  const text = comment.replace(/^(?:\/\/|\/\*|#|<!--)/, '').replace(/(?:\*\/|-->)$/, '');
  const found = pragma.exec(text);
  if (found === null) return '';
  const words = /^\S+(?:[ \t]+\S+)?/.exec(text.slice(wordAt(text, found.index)).trimStart())?.[0];
  return `/* ${(words ?? found[0]).slice(0, longest)} */`;
}

function wordAt(text: string, at: number): number {
  return Math.max(text.lastIndexOf(' ', at), text.lastIndexOf('\n', at)) + 1;
}
