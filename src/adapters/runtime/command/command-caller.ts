import { homedir } from 'node:os';
import { z } from 'zod';
import { AutolandError } from '../../../domain/errors.ts';
import { maskSecrets } from '../../../domain/mask.ts';
import type { CommandSettings } from '../../../ports/runtime.ts';
import { readSecrets } from '../environment.ts';
import { lastWords } from '../last-words.ts';
import { type Answer, answers, type CommandName, shapes } from './answers.ts';
import { assertNotOurs, type Executable, executableOf, type Grant } from './executable.ts';
import { type CommandEnd, runCommand } from './run-command.ts';

const OUTPUT_BYTES = 1 << 20;
/** Of what is quoted of an answer. */
const QUOTED = 200;

type Commands<Name extends string> = CommandSettings & {
  readonly [N in Name]: readonly [string, ...string[]];
};
type Told = Readonly<Record<string, unknown>>;

/** How the program is begun. */
export type Begin = {
  readonly executable: Executable;
  readonly env: Readonly<Record<string, string>>;
  readonly input: string;
  readonly secrets: readonly string[];
};

/**
 * Calls runtime commands: JSON on standard input, one JSON object on standard output. Nothing of the environment comes
 * from the branch, because variables can make a program run others (NODE_OPTIONS, LD_PRELOAD): what the branch sets is in
 * the input.
 */
export class CommandCaller {
  readonly #grant: Grant;
  readonly #over = new AbortController();

  constructor(grant: Grant) {
    this.#grant = grant;
  }

  /**
   * Rejects with `command.refused` where it may not run, `command.failed` where it did not answer as it must. `signal` ends it, when
   * its answer is not wanted any more.
   */
  async call<Name extends CommandName>(
    name: Name,
    commands: Commands<Name>,
    told: Told,
    limits: { readonly seconds?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Answer<Name>> {
    const { executable, env, input, secrets } = this.begin(name, commands, told);
    const { seconds = commands.timeoutSeconds, signal } = limits;
    const end = await runCommand({
      executable,
      env,
      input,
      timeoutMs: seconds * 1000,
      outputBytes: OUTPUT_BYTES,
      signal: signal === undefined ? this.#over.signal : AbortSignal.any([this.#over.signal, signal]),
    });
    return read(name, end, { executable, secrets, seconds });
  }

  /** Throws `command.refused` where it may not run. */
  begin<Name extends string>(name: Name, commands: Commands<Name>, told: Told): Begin {
    const executable = executableOf(commands[name], this.#grant);
    const { settings } = commands;
    const secrets = this.#secrets(commands);
    const input = `${JSON.stringify({ protocol: 1, call: name, ...told, settings, secrets })}\n`;
    return { executable, env: plainEnvironment(), input, secrets: Object.values(secrets) };
  }

  /** Whether it could be called. Throws `command.refused`. */
  examine<Name extends CommandName>(name: Name, commands: Commands<Name>): string {
    return this.begin(name, commands, {}).executable.name;
  }

  /** Ends what still runs: it is called again by whoever comes next. */
  close(): void {
    this.#over.abort();
  }

  /** A secret's file is named by the branch: it must not be one of our keys. */
  #secrets({ secretFiles }: CommandSettings): Record<string, string> {
    for (const path of Object.values(secretFiles)) assertNotOurs(path, this.#grant);
    return readSecrets(secretFiles);
  }
}

function plainEnvironment(): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: homedir(),
    LANG: 'C.UTF-8',
  };
}

type Called = {
  readonly executable: Executable;
  readonly secrets: readonly string[];
  readonly seconds: number;
};

function read<Name extends CommandName>(name: Name, end: CommandEnd, called: Called): Answer<Name> {
  if (end.kind !== 'exited' || end.code !== 0)
    throw failed(
      name,
      called,
      `${howItEnded(end, called)}. The end of its standard error:\n${lastWords(end.stderr, called.secrets)}`,
    );
  const parsed = parse(end.stdout);
  const checked = answers[name].safeParse(parsed?.value);
  if (checked.success) return withoutSecrets(checked.data, called.secrets) as Answer<Name>;
  const why = parsed === undefined ? 'that is not one JSON value' : z.prettifyError(checked.error);
  // Cut last: half of a secret would not be known for one.
  const said = maskSecrets(`${why}\n${end.stdout.trim()}`, called.secrets).slice(0, QUOTED + why.length);
  throw failed(name, called, `expected ${shapes[name]} on its standard output, found what is not: ${said}`);
}

/** What is answered is quoted too, in reasons and errors. */
function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return maskSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, secrets));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    key === 'failed' ? lastWords(String(one), secrets) : withoutSecrets(one, secrets),
  ]);
  return Object.fromEntries(entries);
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function howItEnded(end: CommandEnd, { seconds }: Called): string {
  switch (end.kind) {
    case 'exited':
      return `it ended with exit code ${end.code}`;
    case 'killed':
      return `it was ended by ${end.by}`;
    case 'not-started':
      return `it could not be started (${end.why})`;
    case 'timed-out':
      return `it took longer than ${seconds} s and was ended`;
    case 'too-much-output':
      return `it wrote more than ${OUTPUT_BYTES} bytes and was ended`;
    case 'given-up':
      return 'it was ended, as its answer was not wanted any more';
  }
}

/** Its arguments are not told: they may hold what is nobody's business. */
function failed(name: CommandName, { executable }: Called, why: string): AutolandError {
  return new AutolandError('command.failed', `the runtime command ${name} (${executable.name}): ${why}`, {
    mend: `call it by hand with the same input; docs/guide/runtimes.md says what ${name} is told and must answer`,
  });
}
