import type { FlagAnswer } from '../domain/flag-off.ts';
import { isTestFile } from '../domain/test-file.ts';

/** JavaScript and TypeScript, declarations and JSX included. */
export function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/i.test(path);
}

/** Code that runs in production: what flags are asked in. */
export function mayHoldFlags(path: string): boolean {
  return isCode(path) && !isTestFile(path) && !/\.d\.[cm]?ts$/i.test(path);
}

/** Code that tests are written in. */
export function mayHoldTests(path: string): boolean {
  return isCode(path) && isTestFile(path);
}

/** Of a tree's paths, those that an import can mean. */
export function loadable(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => isCode(path) || path.endsWith('.json'));
}

/** Whether a text names a flag, in whatever it is for: too often rather than too rarely. */
export function namesFlag(text: string, key: string): boolean {
  return ['"', "'", '`'].some((quote) => text.includes(`${quote}${key}${quote}`));
}

export const noFlags: FlagAnswer = {
  added: [],
  removed: [],
  onByDefault: [],
  doubts: [],
  off: undefined,
  restores: undefined,
  on: undefined,
  wants: [],
};
