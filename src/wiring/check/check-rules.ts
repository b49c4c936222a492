import { dirname } from 'node:path/posix';
import { configSchema } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { rootLockfileNames } from '../../domain/lockfile/locate.ts';
import { parseHostileObject } from '../../domain/npm/hostile-json.ts';
import { testScriptOf } from '../../domain/npm/scripts.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { GuardrailSettings } from '../../stages/2-guardrails/settings.ts';
import { loadDefaultPolicies, loadPolicies, type Policies } from '../../stages/4-policy/cedar.ts';
import { defaultPolicyText } from '../../stages/4-policy/shipped.ts';
import type { ModelsConfig } from '../models/models.ts';
import { configAt, policyFile } from '../place/rules.ts';

type RulesReader = Pick<GitReader, 'readFile' | 'list'>;

export type CheckRules = {
  readonly settings: GuardrailSettings;
  /** Of the base's configuration. */
  readonly models: ModelsConfig;
  readonly protectedPaths: readonly string[];
  /** They say which gaps are waived. The default ones are loaded when first asked for, which takes long. */
  readonly policies: () => Promise<Pick<Policies, 'evaluate'>>;
  readonly notes: readonly string[];
};

/** Rejects with `config.invalid` and `policy.invalid`. The base's configuration, never the head's: a change must not set the bar for itself. Without one, the defaults. */
export async function rulesAt(git: RulesReader, base: Sha): Promise<CheckRules> {
  const policy = (await git.readFile(base, policyFile))?.toString('utf8') ?? defaultPolicyText();
  const policies = await policiesOf(policy);
  try {
    const config = await configAt(git, base);
    return {
      settings: config,
      models: config,
      protectedPaths: config.scope.protectedPaths,
      policies,
      notes: [],
    };
  } catch (thrown) {
    if (!(thrown instanceof AutolandError) || thrown.code !== 'config.missing') throw thrown;
    const config = configSchema.parse({ version: 1 });
    const { notes, ...own } = await commandsAt(git, base, config.commands);
    const note = 'the base has no .autoland/autoland.yaml: the defaults apply';
    const settings = { ...config, commands: { ...config.commands, ...own } };
    return { settings, models: config, protectedPaths: [], policies, notes: [note, ...notes] };
  }
}

/** People's own are checked before anything else is. */
async function policiesOf(text: string): Promise<CheckRules['policies']> {
  if (text !== defaultPolicyText()) {
    const own = await loadPolicies(text, policyFile);
    return async () => own;
  }
  let loading: ReturnType<typeof loadDefaultPolicies> | undefined;
  return () => {
    loading ??= loadDefaultPolicies();
    return loading;
  };
}

type Own = Pick<GuardrailSettings['commands'], 'install' | 'test'> & { readonly notes: readonly string[] };

/** A command for what is not there would only fail, and the defaults are npm's: no other manager is guessed at. */
async function commandsAt(
  git: RulesReader,
  base: Sha,
  { install, test }: GuardrailSettings['commands'],
): Promise<Own> {
  const locks: string[] = [];
  for (const name of rootLockfileNames) if ((await git.readFile(base, name)) !== undefined) locks.push(name);
  const manifest = await git.readFile(base, 'package.json');
  const tested = hasTest(manifest) ? test : null;
  const foreign = locks.find((name) => !npmLockfiles.has(name));
  if (foreign === undefined) {
    const notes = manifest === undefined ? await belowNotes(git, base) : [];
    return { install: locks.length > 0 ? install : null, test: tested, notes };
  }
  const note = `${foreign} is not npm's: to run the tests, name commands.install and commands.test in .autoland/autoland.yaml, of a manager that the sandbox has`;
  return { install: null, test: null, notes: tested === null ? [] : [note] };
}

const npmLockfiles: ReadonlySet<string> = new Set(['package-lock.json', 'npm-shrinkwrap.json']);

/** A project that begins in a folder is not guessed at either, and is not passed over in silence. */
async function belowNotes(git: RulesReader, base: Sha): Promise<readonly string[]> {
  const isBelow = (path: string) => path.endsWith('/package.json') && !path.includes('node_modules/');
  const found = (await git.list(base, '')).find(({ path }) => isBelow(path));
  if (found === undefined) return [];
  const folder = JSON.stringify(dirname(found.path).slice(0, 200));
  return [
    `there is no package.json at the root, but one in ${folder}: to run its tests, name commands.install ([npm, --prefix, ${folder}, ci, --ignore-scripts]) and commands.test ([npm, --prefix, ${folder}, test]) in .autoland/autoland.yaml`,
  ];
}

/** What cannot be read is for npm to tell. */
function hasTest(manifest: Buffer | undefined): boolean {
  if (manifest === undefined) return false;
  try {
    return testScriptOf(parseHostileObject(manifest.toString('utf8'))) !== undefined;
  } catch {
    return true;
  }
}
