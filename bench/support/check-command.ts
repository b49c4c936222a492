import { join } from 'node:path';
import { runCommand } from './run-command.ts';

export type CheckGuardrail = {
  readonly name: string;
  readonly verdict: string;
  readonly code: string;
  readonly reason: string;
  readonly ms: number;
};
export type CheckOutput = {
  readonly verdict: string;
  readonly class: string;
  readonly guardrails: readonly CheckGuardrail[];
};

const cli = join(import.meta.dirname, '../../src/cli/main.ts');

type CheckOptions = {
  readonly seconds: number;
  readonly more?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the sources. */
  readonly program?: readonly string[];
};

/** Runs `autoland check` on the last commit of a repository, as users do: in a process of its own. */
export async function checkLastCommit(
  repo: string,
  { seconds, more = [], env = process.env, program = [process.execPath, cli] }: CheckOptions,
): Promise<{ readonly ms: number; readonly report: CheckOutput }> {
  const argv = [...program, 'check', '--json', ...more, 'HEAD~1..HEAD'];
  const { code, stdout, stderr, ms } = await runCommand(argv, { cwd: repo, seconds, env });
  if (code !== 0 && code !== 1) {
    throw new Error(`autoland check ended with ${code ?? 'a signal'}: ${stderr.slice(-300)}`);
  }
  return { ms, report: JSON.parse(stdout) as CheckOutput };
}
