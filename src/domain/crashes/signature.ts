import { createHash } from 'node:crypto';
import type { CrashFrame } from '../crash.ts';

/** The innermost ones say what failed; by how many ways a program gets there, one fault would count as many. */
const mostFrames = 4;

/**
 * The same for the same fault. A message names users, addresses and numbers, so it is no part of it; and a function that has a
 * name has the same one where its code has moved.
 */
export function signatureOf(errorType: string, frames: readonly CrashFrame[]): string {
  const places = frames.map(placeOf);
  // A function that calls itself is as deep as what it was given.
  const told = places.filter((place, at) => place !== places[at - 1]).slice(0, mostFrames);
  return createHash('sha256')
    .update(JSON.stringify([errorType, ...told]))
    .digest('hex')
    .slice(0, 32);
}

function placeOf({ file, functionName, line, column }: CrashFrame): string {
  return JSON.stringify(functionName === undefined ? [file, line, column] : [file, functionName]);
}
