import { isLockfile, isManifest } from '../../../domain/lockfile/locate.ts';

/** What a place outside of the project is to those who read it. */
export type ReadPlace = 'common' | 'credentials' | 'tracer' | 'other';
/** `left`: it stays behind where it does little harm, or can be seen. */
export type WrittenPlace = 'common' | 'left' | 'tracer' | 'other';

/** Where the system keeps what every program needs, and what is only said of the machine. */
const common: readonly RegExp[] = [
  /^\/(?:usr|lib|lib32|lib64|libx32|bin|sbin|opt|tmp|var\/tmp)(?:\/|$)/,
  /^\/dev\/(?:null|zero|full|u?random|tty|ptmx|stdin|stdout|stderr|(?:pts|shm|fd)(?:\/.*)?)$/,
  /^\/proc\/self(?:$|\/(?!mem$|root$|root\/|net\/|task\/\d+\/mem$))/,
  /^\/proc\/(?:cpuinfo|meminfo|stat|vmstat|version|version_signature|filesystems|loadavg|uptime|mounts|cmdline|cgroups|swaps)$/,
  /^\/proc\/(?:sys|pressure)\//,
  /^\/sys\/(?:fs\/cgroup|devices\/system\/(?:cpu|node)|kernel\/mm\/transparent_hugepage)(?:\/|$)/,
  /^\/etc\/(?:ld\.so\.[^/]*|hosts|localtime|timezone|nsswitch\.conf|host\.conf|gai\.conf|resolv\.conf|netsvc\.conf|svc\.conf)$/,
  /^\/etc\/(?:services|protocols|locale\.[^/]*|mime\.types|inputrc|magic|(?:os|lsb|alpine|redhat|system)-release)$/,
  /^\/etc\/(?:debian_version|selinux\/config|bash\.bashrc|profile)$/,
  /^\/etc\/(?:ssl|pki|ca-certificates|crypto-policies|alternatives|terminfo|fonts)(?:\/|$)/,
  /^\/autoland\/(?:recorder|records)(?:\/|$)/,
];

/** Where Node looks for packages, from each directory up to the root. */
const lookedUp = /\/(?:package\.json|node_modules|\.node_modules|\.node_libraries)(?:$|\/)/;

const home = /^\/(?:home\/[^/]+|root)(?:$|\/)/;

/** Names of files that hold credentials. */
const secretFile =
  /^(?:\.(?:npmrc|yarnrc|yarnrc\.yml|netrc|pypirc|pgpass|my\.cnf|git-credentials|vault-token|dockercfg|s3cfg|boto)|\.env(?:\..*)?|npmrc|wallet\.dat|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.\w+)?)$|\.(?:pem|key|p12|pfx|keystore|kdbx)$|_history$/;
const secretDirectory = new RegExp(
  String.raw`/\.(?:ssh|aws|azure|gnupg|kube|docker|oci|password-store|terraform\.d|mozilla|bitcoin|ethereum|electrum|claude|codex|gemini)(?:/|$)` +
    String.raw`|/\.config/(?:gcloud|gh|hub|op|heroku|doctl|solana|rclone|sops|google-chrome|chromium|BraveSoftware|microsoft-edge|Exodus)(?:/|$)` +
    String.raw`|/\.local/share/keyrings(?:/|$)|/\.(?:m2/settings|gradle/gradle\.properties|cargo/credentials|gem/credentials)`,
);
const secretPlace =
  /^\/(?:etc\/(?:shadow|gshadow|sudoers|ssh|npmrc|kubernetes|docker|ssl\/private|krb5\.keytab)|(?:usr|opt)\/(?:local\/|node\/)?etc\/npmrc|(?:var\/)?run\/secrets)(?:\/|-|$)|^\/proc\/(?!self\/)[^/]+\/(?:environ|mem)$/;

const nameIn = (path: string) => path.slice(path.lastIndexOf('/') + 1);

export function readPlace(path: string, isThere: boolean): ReadPlace {
  if (path.startsWith('/autoland/calls')) return 'tracer';
  if (secretPlace.test(path)) return 'credentials';
  if (common.some((place) => place.test(path))) return 'common';
  if (secretFile.test(nameIn(path)) || secretDirectory.test(path)) return 'credentials';
  // Tools look for their settings from the project up to the root, which has none.
  if (lookedUp.test(path) || (!isThere && /^\/[^/]+$/.test(path) && !home.test(path))) return 'common';
  return 'other';
}

/** What runs, or is asked, when somebody begins to work. */
const startUp =
  /\/\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zprofile|zshenv|zlogin|gitconfig|npmrc|node_modules|node_libraries|ssh|local\/bin)(?:\/|$)|\/\.config\/(?:autostart|systemd|fish|git)(?:\/|$)|\/bin\//;

/** Of the project: what is hidden and does more than keep something. */
const hidden =
  /^\.\/\.(?:git|github|gitlab-ci\.yml|circleci|husky|vscode|npmrc|yarnrc\.yml|pnpmfile\.cjs|env)(?:\/|$)/;

const writable =
  /^\/(?:tmp|var\/tmp|autoland\/records)(?:\/|$)|^\/proc\/self\/|^\/dev\/(?:null|zero|full|tty|ptmx|stdin|stdout|stderr|(?:pts|shm|fd)(?:\/.*)?)$/;

export function writtenPlace(path: string): WrittenPlace {
  if (path.startsWith('/autoland/calls')) return 'tracer';
  if (path === '.' || path.startsWith('./')) return isTelling(path) ? 'left' : 'common';
  if (writable.test(path)) return 'common';
  if (!home.test(path)) return 'other';
  return startUp.test(path) || secretDirectory.test(path) ? 'other' : 'left';
}

/** What is installed, and files by which code comes to run later. What lies hidden beside packages is a cache. */
function isTelling(path: string): boolean {
  const inPackages = path.lastIndexOf('/node_modules/');
  if (inPackages !== -1) return !/^\.(?!bin\/)/.test(path.slice(inPackages + '/node_modules/'.length));
  return hidden.test(path) || isManifest(path) || isLockfile(path);
}
