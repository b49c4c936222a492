import { AutolandError } from '../domain/errors.ts';
import { problemsOf } from './problems.ts';
import { type Config, configSchema } from './schema.ts';
import { type Problem, readYaml } from './yaml.ts';

export type { Config, Limits, ServiceConfig } from './schema.ts';
export type { Problem } from './yaml.ts';

export type ConfigCheck =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Every problem of the text at once; a syntax error hides the rest. */
export function checkConfig(text: string): ConfigCheck {
  const source = readYaml(text);
  if ('problems' in source) return { ok: false, problems: source.problems };
  const result = configSchema.safeParse(source.value);
  if (result.success) return { ok: true, config: result.data };
  return { ok: false, problems: problemsOf(result.error.issues, source) };
}

const shown = 50;

/** Throws `config.invalid`, whose message has one line `file:line:column: path: problem; mend` for each problem. */
export function parseConfig(text: string, fileName: string): Config {
  const check = checkConfig(text);
  if (check.ok) return check.config;
  const lines = check.problems.map((problem) => lineOf(problem, fileName));
  const more = lines.length > shown ? [`… and ${lines.length - shown} more`] : [];
  throw new AutolandError('config.invalid', [...lines.slice(0, shown), ...more].join('\n'), {
    mend: `correct ${fileName} in the ${lines.length === 1 ? 'place' : `${lines.length} places`} named above; docs/guide/configuration.md explains every key`,
  });
}

function lineOf(problem: Problem, fileName: string): string {
  const what = problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`;
  return `${fileName}:${problem.line}:${problem.column}: ${what}; ${problem.mend}`;
}
