/** Comments that change what a tool or an engine does. */
export const pragma =
  /(eslint|jslint|jshint|oxlint|biome|tslint|stylelint|prettier|deno-(lint|fmt)|istanbul|[cv]8 ignore|node:coverage|noinspection|codeql|nosem|nosec|sonar)|@(ts-|jsx|flow|no-?flow|cc_on|vite|vitest|jest|pure|__|critical|requires|ensures|type|internal)|#__|#!|sourcemappingurl|sourceurl|^\/\s*<|webpack|turbopack|^\s*(globals?|exported)\b/i;
