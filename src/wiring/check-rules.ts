import { configSchema } from '../config/schema.ts';
import type { Sha } from '../domain/change.ts';
import { AutolandError } from '../domain/errors.ts';
import type { GitReader } from '../ports/git-host.ts';
import type { GuardrailSettings } from '../stages/2-guardrails/settings.ts';
import { loadPolicies, type Policies } from '../stages/4-policy/cedar.ts';
import { defaultPolicyText } from '../stages/4-policy/shipped.ts';
import { configAt, policyFile } from './rules.ts';

export type CheckRules = {
  readonly settings: GuardrailSettings;
  readonly protectedPaths: readonly string[];
  /** They say which gaps are waived. */
  readonly policies: Policies;
  readonly notes: readonly string[];
};

/** Rejects with `config.invalid` and `policy.invalid`. The base's configuration, never the head's: a change must not set the bar for itself. Without one, the defaults. */
export async function rulesAt(git: Pick<GitReader, 'readFile'>, base: Sha): Promise<CheckRules> {
  const policy = await git.readFile(base, policyFile);
  const policies = await loadPolicies(policy?.toString('utf8') ?? defaultPolicyText(), policyFile);
  try {
    const config = await configAt(git, base);
    return { settings: config, protectedPaths: config.scope.protectedPaths, policies, notes: [] };
  } catch (thrown) {
    if (!(thrown instanceof AutolandError) || thrown.code !== 'config.missing') throw thrown;
    const config = configSchema.parse({ version: 1 });
    const commands = { ...config.commands, ...(await commandsAt(git, base, config.commands)) };
    const note = 'the base has no .autoland/autoland.yaml: the defaults apply';
    return { settings: { ...config, commands }, protectedPaths: [], policies, notes: [note] };
  }
}

/** A command for what is not there would only fail. */
async function commandsAt(
  git: Pick<GitReader, 'readFile'>,
  base: Sha,
  { install, test }: GuardrailSettings['commands'],
): Promise<Pick<GuardrailSettings['commands'], 'install' | 'test'>> {
  const hasLock = (await git.readFile(base, 'package-lock.json')) !== undefined;
  const manifest = await git.readFile(base, 'package.json');
  return { install: hasLock ? install : null, test: hasTest(manifest) ? test : null };
}

/** What cannot be read is for npm to tell. */
function hasTest(manifest: Buffer | undefined): boolean {
  if (manifest === undefined) return false;
  try {
    const { scripts } = JSON.parse(manifest.toString('utf8')) as { scripts?: { test?: unknown } };
    return typeof scripts?.test === 'string' && !scripts.test.includes('no test specified');
  } catch {
    return true;
  }
}
