import { dirname } from 'node:path';
import Config from '@npmcli/config';
import npmDefinitions from '@npmcli/config/lib/definitions/index.js';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { findNpm, type MachineNpm } from './machine-npm.ts';

/** npm's flattened options: what pacote, npm-registry-fetch and arborist take. May hold tokens: never log or mount it. */
export type NpmSettings = Readonly<Record<string, unknown>> & { readonly registry: string };

/**
 * Registry, scopes, certificates, proxy and credentials as the user's own npm reads them. Project settings come from
 * `cwd`, default the root directory, so that no repository's `.npmrc` counts: it MUST NOT be a repository under test.
 * Certificates of the system count when the process runs with NODE_USE_SYSTEM_CA=1.
 */
export async function loadNpmSettings(options: {
  env: NodeJS.ProcessEnv;
  cwd?: string;
}): Promise<NpmSettings> {
  const npm = await findNpm(options.env);
  const config = new Config({
    definitions: npmDefinitions.definitions,
    shorthands: npmDefinitions.shorthands,
    flatten: npmDefinitions.flatten,
    npmPath: npm?.package ?? '/nonexistent',
    execPath: npm?.node ?? process.execPath,
    env: withoutForeignPrefix(options.env, npm),
    argv: [],
    cwd: options.cwd ?? '/',
  });
  try {
    await config.load();
    return settingsOf(config.flat);
  } catch (cause) {
    throw new AutolandError('config.invalid', `npm's settings cannot be read: ${messageOf(cause)}`, {
      mend: 'run `npm config list` and mend the file that it names',
      cause,
    });
  }
}

function settingsOf(flat: Readonly<Record<string, unknown>>): NpmSettings {
  const { registry } = flat;
  if (typeof registry !== 'string' || !URL.canParse(registry)) {
    throw new Error(`the registry must be a URL, found ${JSON.stringify(registry)}`);
  }
  return { ...flat, registry };
}

/**
 * Under `npm run`, npm exports its prefix and global settings file. Started by a Node that is installed as a package,
 * both point beside that Node, where the machine's settings are not.
 */
function withoutForeignPrefix(env: NodeJS.ProcessEnv, npm: MachineNpm | undefined): NodeJS.ProcessEnv {
  const ownPrefix = dirname(dirname(process.execPath));
  if (npm === undefined || npm.node === process.execPath || env.npm_config_prefix !== ownPrefix)
    return { ...env };
  const { npm_config_prefix: _prefix, npm_config_globalconfig: _global, ...rest } = env;
  return rest;
}
