/** What `autoland init` has seen in a repository. null: not there. */
export type Found = {
  readonly branch: string;
  readonly install: readonly string[] | null;
  readonly build: readonly string[] | null;
  /** null: no tests were found; the text then names the usual command and says so. */
  readonly test: readonly string[] | null;
  readonly service: { readonly name: string; readonly command: readonly string[] } | null;
};

/** The text that `autoland init` writes: short, explained, and with every class at `observe`. */
export function defaultConfig(found: Found): string {
  return [
    '# autoland: what may land alone, and how. Read from the protected branch only.',
    '# Every key but version may be left out: docs/guide/configuration.md lists the defaults.',
    'version: 1',
    `branch: ${scalar(found.branch)}`,
    '',
    commandsText(found),
    autonomyText,
    agentsText,
    found.service === null ? noServiceText : serviceText(found.service),
  ].join('\n');
}

function commandsText(found: Found): string {
  const missing =
    found.test === null ? '  # No tests were found here: until this command works, nothing lands.\n' : '';
  return [
    '# Lists of words, run in a sandbox without network and keys; no shell reads them.',
    'commands:',
    `  install: ${list(found.install)}`,
    `  build: ${list(found.build)}`,
    `${missing}  test: ${list(found.test ?? ['npm', 'test'])}`,
    '',
  ].join('\n');
}

const autonomyText = `# How far autoland may go alone, by what a change does:
#   observe   says what it would have done, and does nothing
#   propose   hands a checked change to a person
#   merge     merges it
#   deploy    merges it and releases it to users, 1 % of them first
autonomy:
  dependency-patch: observe
  dependency-minor: observe
  dependency-security: observe
  docs: observe
  lint: observe
  flag-addition: observe
  flag-removal: observe
  crash-fix: observe
  revert: observe
`;

const agentsText = `agents:
  dependency:
    updates: [patch, minor]
    ignore: []        # such as [left-pad, "@scope/*", react@19.x]
`;

const noServiceText = `# No service: changes are merged, and nothing is released. To release one:
# service:
#   name: storefront
#   command: [node, src/server.js]
#   health: { path: /healthz }
`;

function serviceText(service: NonNullable<Found['service']>): string {
  return `# Started in the sandbox. It must listen on the Unix socket that PORT names, and answer health with 2xx when it is ready.
service:
  name: ${scalar(service.name)}
  command: ${list(service.command)}
  health: { path: /healthz }
`;
}

function list(words: readonly string[] | null): string {
  return words === null ? 'null' : `[${words.map(scalar).join(', ')}]`;
}

/** Plain where every YAML reader agrees that it is a string; else quoted, as JSON, which YAML includes. */
function scalar(text: string): string {
  const plain =
    /^[a-z-][a-z0-9/._-]*$/i.test(text) && !/^(?:-+|null|true|false|yes|no|on|off|y|n)$/i.test(text);
  return plain && !/^-?\.?(?:\d|inf|nan)/i.test(text) && !text.startsWith('---')
    ? text
    : JSON.stringify(text);
}
