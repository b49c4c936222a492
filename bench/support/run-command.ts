import { execFile } from 'node:child_process';

export type CommandResult = {
  /** null: killed, because it took too long or wrote too much. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
};

/** Never rejects because of the command; rejects when there is no such command. */
export function runCommand(
  [command = '', ...args]: readonly string[],
  options: { readonly cwd: string; readonly seconds: number; readonly env?: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  const { cwd, seconds, env = process.env } = options;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const limits = { timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const;
    execFile(command, args, { cwd, env, ...limits }, (error, stdout, stderr) => {
      if (error !== null && error.code === 'ENOENT') return reject(error);
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      return resolve({ code, stdout, stderr, ms: performance.now() - started });
    });
  });
}

/** Its standard output; rejects unless it ends with 0. */
export async function runOrThrow(
  argv: readonly string[],
  options: Parameters<typeof runCommand>[1],
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(argv, options);
  if (code === 0) return stdout;
  throw new Error(
    `${argv.join(' ')} ended with ${code ?? 'a signal'}: ${`${stderr}\n${stdout}`.slice(-500)}`,
  );
}
