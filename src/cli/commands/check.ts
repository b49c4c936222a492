import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { printable } from '../../domain/printable.ts';
import type { GuardrailResult } from '../../domain/verdict.ts';
import type { SignFindings } from '../../wiring/check/check-attest.ts';
import type { Format } from '../render/check/formats.ts';
import { mustBeWritable, save } from '../save.ts';

type CheckOptions = {
  readonly repo: string;
  readonly json?: true;
  readonly format?: string;
  readonly output?: readonly string[];
  readonly key?: string;
  readonly recordings?: string;
  readonly cache?: string;
  readonly offerDrivers?: string;
  readonly stopEarly: boolean;
};

/** The guardrails without a control plane. */
export function define(program: Command): void {
  const more = (value: string, before: readonly string[] = []) => [...before, value];
  program
    .command('check [range]')
    .description(
      'checks BASE..HEAD with the guardrails alone, in any repository; exit 0 pass, 1 fail or abstain',
    )
    .option('--repo <dir>', 'any git repository', process.cwd())
    .option('--json', 'the same as --format json')
    .option('--format <name>', 'text, json, sarif, junit, markdown, html or in-toto (default: text)')
    .option('--output <file>', 'write there instead; FORMAT=FILE writes one more, and may be repeated', more)
    .option('--key <file>', 'Ed25519 key (PKCS#8, PEM) that signs what is written as in-toto')
    .option('--recordings <file>', 'calls that production made: a file of autoland recorder, or a directory')
    .option(
      '--cache <dir>',
      'keep what the base is known by for the next check; only autoland may write there',
    )
    .option('--offer-drivers <dir>', 'with --cache: write drivers that were kept there, as test files')
    .option('--no-stop-early', 'run the dear guardrails also after a cheap one failed')
    .addHelpText('after', '\nExample:\n  $ autoland check origin/main..HEAD --output sarif=check.sarif')
    .action(check);
}

async function check(range: string | undefined, options: CheckOptions): Promise<void> {
  const { renderAs } = await import('../render/check/formats.ts');
  mustKeepDrivers(options);
  const targets = await readTargets(options);
  const signed = await signerOf(options, targets);
  for (const { file } of targets) if (file !== undefined) await mustBeWritable(file);
  const { checkRange } = await import('../../wiring/check/check.ts');
  const { repo, stopEarly, recordings, cache, offerDrivers: offer } = options;
  const { onGuardrail, onFact, end } = progress();
  const report = await checkRange({
    repo,
    range,
    stopEarly,
    recordings,
    cache,
    offer,
    onGuardrail,
    onFact,
  }).finally(end);
  const { width } = await import('../render/text.ts');
  // Before anything is written: whoever reads a pipe may be gone, which ends this process.
  if (report.verdict !== 'pass') process.exitCode = 1;
  const texts: string[] = [];
  for (const { format, file } of targets) {
    const look = { columns: width(), coloured: file === undefined };
    const text = format === 'in-toto' && signed ? await signed(report) : renderAs(format, report, look);
    if (file === undefined) texts.push(text);
    else await save(file, text);
  }
  process.stdout.write(texts.join(''));
}

/** Nobody is asked to write any where nobody keeps what was said. */
function mustKeepDrivers({ cache, offerDrivers }: CheckOptions): void {
  if (offerDrivers === undefined || cache !== undefined) return;
  throw new AutolandError('usage', 'expected --cache with --offer-drivers, found --offer-drivers alone', {
    mend: 'add --cache DIR: a model is asked only where what it says is kept',
  });
}

type Target = { readonly format: Format; readonly file: string | undefined };

async function readTargets({ json, format, output = [] }: CheckOptions): Promise<readonly Target[]> {
  const { isFormat, formats } = await import('../render/check/formats.ts');
  const main = format ?? (json === true ? 'json' : 'text');
  const mend = `use one of ${formats.join(', ')}`;
  if (!isFormat(main) || (json === true && main !== 'json'))
    throw new AutolandError('usage', `expected one format, found ${JSON.stringify(main)}`, { mend });
  const files = output.map((value): Target => {
    const at = value.indexOf('=');
    const [name, file] = at === -1 ? [main, value] : [value.slice(0, at), value.slice(at + 1)];
    if (isFormat(name) && file !== '') return { format: name, file };
    throw new AutolandError('usage', `expected FILE or FORMAT=FILE, found ${JSON.stringify(value)}`, {
      mend,
    });
  });
  mustDiffer(files);
  const instead = output.some((value) => !value.includes('='));
  return instead ? files : [{ format: main, file: undefined }, ...files];
}

/** The last would be all that is left. */
function mustDiffer(targets: readonly Target[]): void {
  const paths = targets.map(({ file = '' }) => resolve(file));
  const twice = targets.find((_, at) => paths.indexOf(paths[at] ?? '') !== at)?.file;
  if (twice === undefined) return;
  throw new AutolandError('usage', `expected a file for each --output, found ${twice} twice`, {
    mend: 'name another file for one of them',
  });
}

/** Found out before anything runs, so that minutes of checking are not lost for a wrong path. */
async function signerOf(
  { key }: CheckOptions,
  targets: readonly Target[],
): Promise<SignFindings | undefined> {
  if (key === undefined) return undefined;
  if (!targets.some(({ format }) => format === 'in-toto'))
    throw new AutolandError('usage', 'expected --key with the format in-toto, found no such output', {
      mend: 'add --output in-toto=findings.intoto.jsonl',
    });
  const { findingsSigner } = await import('../../wiring/check/check-attest.ts');
  return findingsSigner(key);
}

/** For people who watch: what is done, a line each, and below it what is under way. */
function progress() {
  const { stderr } = process;
  const busy = new Set<string>();
  const clear = () => stderr.write('\r\u001B[K');
  const draw = () =>
    busy.size > 0 && stderr.write(`… ${[...busy].join(', ')}`.slice(0, (stderr.columns ?? 80) - 1));
  const told = (change: () => void) => {
    if (!stderr.isTTY) return;
    clear();
    change();
    draw();
  };
  return {
    onFact: (name: string, state: 'started' | 'done') =>
      told(() => (state === 'started' ? busy.add(name) : busy.delete(name))),
    onGuardrail: ({ name, verdict, ms }: GuardrailResult) =>
      told(() => stderr.write(`${verdict.padEnd(14)} ${printable(name)} ${ms} ms\n`)),
    end: () => told(() => busy.clear()),
  };
}
