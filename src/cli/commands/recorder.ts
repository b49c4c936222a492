import type { Command } from 'commander';
import { print } from '../output.ts';

/** What production sends, for the guardrail characterization. */
export function define(program: Command): void {
  program
    .command('recorder <dir>')
    .description('writes what a service preloads to record a share of its calls of packages, redacted')
    .option('--json', 'machine-readable output')
    .addHelpText('after', '\nExample:\n  $ autoland recorder ./recorder')
    .action(recorder);
}

async function recorder(dir: string, { json }: { readonly json?: true }): Promise<void> {
  const { writeRecorder } = await import('../../wiring/serving/recorder.ts');
  const written = await writeRecorder(dir);
  print(json, written, ({ preload }) => [
    'Start the service with',
    `  AUTOLAND_RECORD_PACKAGES=NAME,… AUTOLAND_RECORD_DIRECTORY=DIR node --import=${shellWord(preload)} …`,
  ]);
}

/** To be pasted: a path may hold spaces. */
function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
