import { readClosing } from './closing-words.ts';
import { faultOfNode } from './node-version.ts';

/* The way in. What takes a version from its users must not wait until all other commands are loaded. */

const fault = faultOfNode(process.versions.node);
// What comes next could not even be loaded.
if (fault !== undefined) await refuse(fault);
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

async function refuse(message: string): Promise<never> {
  const [{ AutolandError }, { report }] = await Promise.all([
    import('../domain/errors.ts'),
    import('./output.ts'),
  ]);
  const mend = 'put a newer one first on PATH: https://nodejs.org/en/download';
  process.exit(report(new AutolandError('usage', message, { mend }), process.argv.includes('--json')));
}
