import { join } from 'node:path';
import { withFolder } from '../support/folder.ts';
import { runCommand, runOrThrow } from '../support/run-command.ts';
import { type Case, idOf } from './case.ts';
import { installClient } from './repository.ts';

export type Verified = {
  readonly case: string;
  readonly kind: Case['kind'];
  readonly ok: boolean;
  /** The questions that the two versions answer differently, with both answers. */
  readonly differs: Readonly<Record<string, readonly [from: string, to: string]>>;
  readonly problem?: string;
};

/** That the data is true: the client's tests are green on both versions, and its probe shows what the case says. */
export async function verify(each: Case): Promise<Verified> {
  const about = { case: idOf(each), kind: each.kind };
  try {
    const from = await observe(each, each.from);
    const to = await observe(each, each.to);
    const questions = Object.keys(from.answers).filter((key) => from.answers[key] !== to.answers[key]);
    const differs = Object.fromEntries(
      questions.map((key) => [key, [short(from.answers[key]), short(to.answers[key])] as const]),
    );
    const problem = problemOf(each, { red: [from, to].some(({ green }) => !green), questions });
    return { ...about, ok: problem === undefined, differs, ...(problem === undefined ? {} : { problem }) };
  } catch (error) {
    return { ...about, ok: false, differs: {}, problem: String(error).slice(0, 500) };
  }
}

function problemOf(each: Case, seen: { red: boolean; questions: readonly string[] }): string | undefined {
  if (seen.red) return 'the tests of the client fail';
  const expected = each.kind === 'incident' ? each.shows : [];
  const same =
    expected.length === seen.questions.length && expected.every((key) => seen.questions.includes(key));
  return same
    ? undefined
    : `expected other answers to [${expected.join(', ')}], found [${seen.questions.join(', ')}]`;
}

type Observed = { readonly green: boolean; readonly answers: Readonly<Record<string, string>> };

function observe(each: Case, version: string): Promise<Observed> {
  return withFolder(async (folder) => {
    await installClient(each, version, folder);
    const { code } = await runCommand([process.execPath, '--test'], { cwd: folder, seconds: 60 });
    const ask = [process.execPath, join(import.meta.dirname, 'ask.ts')];
    const answers = JSON.parse(await runOrThrow(ask, { cwd: folder, seconds: 60 })) as Observed['answers'];
    return { green: code === 0, answers };
  });
}

function short(text: string | undefined): string {
  return (text ?? 'not asked').slice(0, 300);
}
