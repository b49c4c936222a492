import { parse, stringify } from 'yaml';
import type { Dialect } from '../../../domain/lockfile.ts';
import { isRecord, type JsonRecord } from '../../../domain/npm/hostile-json.ts';
import type { Declined } from '../choose/rules.ts';

/** Files at the root that steer what a package manager writes into its lockfile. */
export const settingsPaths: Readonly<Record<Dialect, readonly string[]>> = {
  npm: [],
  pnpm: ['pnpm-workspace.yaml', '.npmrc', '.pnpmfile.cjs'],
  'yarn-classic': [],
  'yarn-berry': ['.yarnrc.yml'],
};

export type ManagerSettings = {
  /** What the manager is shown, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** The version of Yarn that the repository brings along; undefined: none. */
  readonly brought: string | undefined;
};

const readers: Readonly<Record<Dialect, (texts: ReadonlyMap<string, string>) => ManagerSettings | Declined>> =
  {
    npm: () => none,
    pnpm: readPnpm,
    'yarn-classic': () => none,
    'yarn-berry': readBerry,
  };

const none: ManagerSettings = { files: new Map(), brought: undefined };

/** Settings without what leads out of the sandbox or runs code: registries, tokens, plugins, hooks. Pure. */
export function readSettings(
  dialect: Dialect,
  texts: ReadonlyMap<string, string>,
): ManagerSettings | Declined {
  return readers[dialect](texts);
}

/** Of .npmrc. Without them pnpm would write another lockfile than the project's own does. */
const pnpmKeys = new Set([
  'auto-install-peers',
  'dedupe-direct-deps',
  'dedupe-injected-deps',
  'dedupe-peer-dependents',
  'exclude-links-from-lockfile',
  'inject-workspace-packages',
  'link-workspace-packages',
  'lockfile-include-tarball-url',
  'prefer-workspace-packages',
  'resolution-mode',
  'resolve-peers-from-workspace-root',
  'save-workspace-protocol',
  'strict-peer-dependencies',
]);

function readPnpm(texts: ReadonlyMap<string, string>): ManagerSettings | Declined {
  if (texts.has('.pnpmfile.cjs'))
    return declined('.pnpmfile.cjs is code that changes what pnpm resolves, and is not run here');
  const files = new Map<string, string>();
  const workspace = texts.get('pnpm-workspace.yaml');
  if (workspace !== undefined) {
    if (mappingIn(workspace, 100) === undefined)
      return declined('pnpm-workspace.yaml is no YAML mapping that can be read');
    files.set('pnpm-workspace.yaml', workspace);
  }
  const lines = (texts.get('.npmrc') ?? '').split(/\r?\n/).filter((line) => {
    const [, key = ''] = /^\s*([a-z-]+)\s*=\s*[\w-]+\s*$/.exec(line) ?? [];
    return pnpmKeys.has(key);
  });
  if (lines.length > 0) files.set('.npmrc', `${lines.join('\n')}\n`);
  return { files, brought: undefined };
}

/** Of .yarnrc.yml: data that decides what stands in the lockfile. */
const berryKeys = [
  'catalog',
  'catalogs',
  'compressionLevel',
  'defaultProtocol',
  'enableTransparentWorkspaces',
  'packageExtensions',
  'supportedArchitectures',
] as const;

/** They bring commands and change nothing that is resolved. */
const harmless = /^@yarnpkg\/plugin-(?:constraints|interactive-tools|stage|version|workspace-tools)$/;

function readBerry(texts: ReadonlyMap<string, string>): ManagerSettings | Declined {
  const text = texts.get('.yarnrc.yml');
  if (text === undefined) return none;
  const raw = mappingIn(text, 0);
  if (raw === undefined) return declined('.yarnrc.yml is no plain YAML mapping');
  const plugins = Array.isArray(raw.plugins) ? raw.plugins : raw.plugins === undefined ? [] : [raw.plugins];
  const other = plugins
    .map((each) => String(isRecord(each) ? (each.spec ?? each.path) : each))
    .find((each) => !harmless.test(each));
  if (other !== undefined)
    return declined(`.yarnrc.yml has the plugin ${other.slice(0, 80)}, whose code is not run here`);
  const kept = berryKeys.flatMap((key) => (Object.hasOwn(raw, key) ? [[key, raw[key]] as const] : []));
  const [, brought] = /yarn-(\d+\.\d+\.\d+)\.c?js$/.exec(String(raw.yarnPath ?? '')) ?? [];
  const files = new Map(kept.length > 0 ? [['.yarnrc.yml', stringify(Object.fromEntries(kept))]] : []);
  return { files, brought };
}

/** An empty file is an empty mapping; undefined: it is none. */
function mappingIn(text: string, maxAliasCount: number): JsonRecord | undefined {
  try {
    const raw: unknown = parse(text, { maxAliasCount }) ?? {};
    return isRecord(raw) ? raw : undefined;
  } catch {
    return undefined;
  }
}

function declined(why: string): Declined {
  return {
    code: 'dependency.manager',
    reason: `The lockfile cannot be written as the project's own package manager does: ${why}.`,
  };
}
