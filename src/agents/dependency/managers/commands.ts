import type { Manager } from './choose.ts';
import type { FetchedDialect } from './pins.ts';

/** Where the project and the manager's tarball are in the sandbox. */
export const projectInside = '/work';
export const toolInside = '/manager';

/** In the project's place of an address, for the job to put the sandbox's registry in. */
export const registryPlaceholder = 'http://registry.invalid/';

/**
 * Unpacks the manager, checks it against what the project states of it, and runs it with the sandbox's registry alone.
 * The arguments: tarball, program, name of the digest or '', digest, seconds since 1970 of the cutoff or '', then the manager's own.
 */
const script = `set -eu
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
mkdir "$home/manager"
tar -xzf "$1" -C "$home/manager" --strip-components=1
program="$home/manager/$2"
if [ -n "$3" ] && ! echo "$4  $program" | "$3sum" -c --status; then
  echo "the program is not the one that packageManager states" >&2
  exit 3
fi
registry="\${npm_config_registry%/}/"
if [ -n "$5" ]; then
  minutes=$(( ($(date +%s) - $5) / 60 ))
  export npm_config_minimum_release_age=$minutes pnpm_config_minimum_release_age=$minutes
  [ -z "\${AGE_GATE:-}" ] || export YARN_NPM_MINIMAL_AGE_GATE=$minutes
fi
unset AGE_GATE
shift 5
export pnpm_config_registry="$registry" YARN_NPM_REGISTRY_SERVER="$registry"
export YARN_GLOBAL_FOLDER="$home/yarn" YARN_CACHE_FOLDER="$home/cache" XDG_CACHE_HOME="$home/xdg"
[ ! -f yarn.lock ] || sed -i "s|${registryPlaceholder}|$registry|" yarn.lock
node "$program" "$@"
`;

const arguments_: Readonly<Record<FetchedDialect, readonly string[]>> = {
  pnpm: ['install', '--lockfile-only', '--ignore-scripts', '--no-frozen-lockfile', '--ignore-pnpmfile'],
  // It knows no way to write the lockfile alone.
  'yarn-classic': ['install', '--ignore-scripts', '--non-interactive', '--no-progress', '--ignore-engines'],
  'yarn-berry': ['install', '--mode=update-lockfile'],
};

const environments: Readonly<Record<FetchedDialect, Readonly<Record<string, string>>>> = {
  pnpm: {
    npm_config_manage_package_manager_versions: 'false',
    npm_config_package_manager_strict: 'false',
    pnpm_config_manage_package_manager_versions: 'false',
    pnpm_config_pm_on_fail: 'ignore',
  },
  'yarn-classic': { YARN_IGNORE_PATH: '1' },
  'yarn-berry': {
    YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
    YARN_ENABLE_PROGRESS_BARS: '0',
    YARN_ENABLE_SCRIPTS: '0',
    YARN_ENABLE_TELEMETRY: '0',
    YARN_IGNORE_PATH: '1',
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
  },
};

export type ManagerCommand = {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
};

/** `before`: what was published later is not chosen, by the managers that can be told so; undefined: whatever there is. */
export function managerCommand(manager: Manager, tarball: string, before: Date | undefined): ManagerCommand {
  const { dialect, program, stated } = manager;
  const { algorithm = '', hex = '' } = stated?.of === 'program' ? stated.digest : {};
  const cutoff = before === undefined ? '' : String(Math.floor(before.getTime() / 1000));
  const own = [`${toolInside}/${tarball}`, program, algorithm, hex, cutoff, ...arguments_[dialect]];
  return {
    argv: ['sh', '-c', script, 'sh', ...own],
    env: {
      NO_COLOR: '1',
      CI: '1',
      npm_config_ignore_scripts: 'true',
      ...environments[dialect],
      ...(knowsAgeGate(manager) && { AGE_GATE: '1' }),
    },
  };
}

/** Yarn refuses a setting that it does not know. */
function knowsAgeGate({ dialect, version }: Manager): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return dialect === 'yarn-berry' && major === 4 && minor >= 10;
}
