import type { Sha } from '../../domain/change.ts';
import type { CrashCall, ReproducingTest } from '../../domain/crash-fix.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { type Subject, testOfCall } from './crash-test.ts';
import { formOf, modelTests, ownForm, type TestForm } from './test-form.ts';

export type FormDeps = { readonly git: Pick<GitReader, 'readFile' | 'list'> };

/** Tests of a call, best first: as the project writes its own, then for Node's runner at the root. */
export async function testsOfCall(
  deps: FormDeps,
  tip: Sha,
  { signature, call }: { readonly signature: string; readonly call: CrashCall },
): Promise<readonly ReproducingTest[]> {
  const subject = await subjectOf(deps, tip, call);
  const form = await formNear(deps, tip, call.file);
  return [...(form === undefined ? [] : [form]), ownForm].map((one) => testOfCall(signature, subject, one));
}

async function subjectOf({ git }: FormDeps, tip: Sha, call: CrashCall): Promise<Subject> {
  const text = await textAt(git, tip, call.file);
  const manifest = await textAt(git, tip, 'package.json');
  const isModule =
    /\.m[jt]s$/.test(call.file) || (!/\.c[jt]s$/.test(call.file) && isModuleText(text, manifest));
  return { call, isModule, text };
}

function isModuleText(text: string, manifest: string): boolean {
  if (/^\s*export\b/m.test(text)) return true;
  return !/\b(module\.exports|exports\.|require\s*\()/.test(text) && /"type"\s*:\s*"module"/.test(manifest);
}

async function formNear({ git }: FormDeps, tip: Sha, file: string): Promise<TestForm | undefined> {
  const paths = (await git.list(tip, '')).filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const manifest = await textAt(git, tip, 'package.json');
  for (const path of modelTests(paths, file)) {
    const form = formOf({ path, text: await textAt(git, tip, path) }, manifest);
    if (form !== undefined) return form;
  }
  return undefined;
}

async function textAt(git: FormDeps['git'], tip: Sha, path: string): Promise<string> {
  return (await git.readFile(tip, path))?.toString('utf8') ?? '';
}
