import { type Command, Option } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { refuseMixed } from '../mcp-options.ts';
import { type CommonOptions, command, person } from '../options.ts';
import { jsonText, print } from '../output.ts';
import { renderAgentRevoked, renderAgentTokens } from '../render/mcp.ts';

/** The same for agents. */
export function define(program: Command, version: string): void {
  const mcp = command(program, 'mcp', {
    what: 'the same for agents, by the Model Context Protocol: on the standard streams, or over HTTP',
    example: 'mcp --agent codex --repo /srv/shop.git',
  })
    .option('--agent <name>', 'who asks: its changes are those of agent:NAME (default: mcp)')
    .option('--read-only', 'it may ask, and hand nothing in')
    .option(
      '--http <port>',
      'serve every agent of this machine that shows a token, at 127.0.0.1 (0: any port)',
    )
    .option('--ephemeral', 'with --http: end when standard input closes')
    .action((options: McpOptions) => serve(options, version));
  command(mcp, 'token', {
    what: 'makes a token for one agent, for --http, and prints it once: only its hash is kept',
    example: 'mcp token --name codex',
  })
    .requiredOption('--name <name>', 'whose it is: its changes are those of agent:NAME')
    .addOption(
      new Option('--scope <scope>', 'read: it may ask; submit: it may hand in changes too')
        .choices(['read', 'submit'])
        .default('submit'),
    )
    .action((_options, self: Command) => token(self.optsWithGlobals()));
  command(mcp, 'tokens', { what: 'the tokens that count', example: 'mcp tokens' }).action(
    (_options, self: Command) => tokens(self.optsWithGlobals()),
  );
  command(mcp, 'revoke <id>', { what: 'a token counts no more', example: 'mcp revoke 0f3a5c7e9b1d' }).action(
    (id: string, _options, self: Command) => revoke(id, self.optsWithGlobals()),
  );
}

type McpOptions = CommonOptions & {
  readonly agent?: string;
  readonly readOnly?: true;
  readonly http?: string;
  readonly ephemeral?: true;
};

async function serve(options: McpOptions, version: string): Promise<void> {
  refuseMixed(options);
  if (options.http === undefined) await serveStreams(options, version);
  else await serveHttp(options, readPort(options.http), version);
  // A child that reads for a call that nobody waits for any more must not keep this alive.
  process.exit();
}

async function serveStreams(options: McpOptions, version: string): Promise<void> {
  const { agentSource } = await import('../../wiring/mcp/source.ts');
  const source = agentSource(options.agent ?? 'mcp');
  if (process.stdin.isTTY)
    process.stderr.write(
      'A coding agent starts this, and speaks JSON-RPC here: docs/guide/mcp.md says how. End it with Ctrl-D.\n',
    );
  const { serveMcpStdio } = await import('../../wiring/mcp/stdio.ts');
  const scope = options.readOnly === true ? 'read' : 'submit';
  await serveMcpStdio(options, { source, scope, version });
}

async function serveHttp(options: McpOptions, port: number, version: string): Promise<void> {
  const onReady = (url: string) =>
    process.stdout.write(
      options.json === true
        ? `${jsonText({ event: 'ready', url })}\n`
        : `agents are served at ${url}; autoland mcp token makes a token. End it with Ctrl-C.\n`,
    );
  const { serveMcpHttp } = await import('../../wiring/mcp/http.ts');
  const ephemeral = options.ephemeral === true;
  await serveMcpHttp(options, { port, version, ephemeral, setting: 'autoland mcp --http', onReady });
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new AutolandError(
    'usage',
    `expected a port from 0 to 65535, found ${JSON.stringify(text.slice(0, 40))}`,
    {
      mend: 'use --http 7310',
    },
  );
}

type TokenOptions = CommonOptions & { readonly name: string; readonly scope: 'read' | 'submit' };

/** The token alone goes to the standard output, so that a script can take it. */
async function token(options: TokenOptions): Promise<void> {
  const { makeAgentToken } = await import('../../wiring/mcp/tokens.ts');
  const { name, scope } = options;
  const made = await makeAgentToken(options, { name, scope, by: person() });
  print(options.json, made, (safe) => [safe.token]);
  if (options.json === undefined)
    process.stderr.write(
      `token ${made.id} (${made.name}): it is not shown again; autoland mcp revoke ${made.id} takes it back\n`,
    );
}

async function tokens(options: CommonOptions): Promise<void> {
  const { listAgentTokens } = await import('../../wiring/mcp/tokens.ts');
  print(options.json, await listAgentTokens(options), renderAgentTokens);
}

async function revoke(id: string, options: CommonOptions): Promise<void> {
  const { revokeAgentToken } = await import('../../wiring/mcp/tokens.ts');
  print(options.json, await revokeAgentToken(options, id, person()), renderAgentRevoked);
}
