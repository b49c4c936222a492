import type { SandboxResult } from '../../ports/sandbox.ts';

/** Of what a job prints, this much is kept. */
export const outputKiB = 8 * 1024;
const tailCharacters = 2000;

export function isGreen(result: SandboxResult): boolean {
  return result.kind === 'exited' && result.code === 0;
}

/** The sandbox keeps the end of what is printed: without its beginning no count can be trusted. */
export function wasCut({ stdout }: SandboxResult): boolean {
  return Buffer.byteLength(stdout) >= outputKiB * 1024 - 4096;
}

/** The end of what was printed, for people. */
export function tailOf(result: SandboxResult): string {
  const half = tailCharacters / 2;
  return [result.stdout.trimEnd().slice(-half), result.stderr.trimEnd().slice(-half)]
    .filter((text) => text !== '')
    .join('\n');
}
