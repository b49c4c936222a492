import { readClosing } from './closing-words.ts';

/* The way in. What takes a version from its users must not wait until all other commands are loaded. */

const closing = readClosing(process.argv.slice(2), here());
if (closing === undefined) await import('./program.ts');
else await (await import('./close.ts')).closeAlone(closing);

function here(): string | undefined {
  try {
    return process.cwd();
  } catch {
    // It is gone: told with the other mistakes.
    return undefined;
  }
}
