import type { Command } from 'commander';
import { type CommonOptions, command } from '../options.ts';

/** The same for agents. */
export function define(program: Command, version: string): void {
  command(program, 'mcp', {
    what: 'the same for agents, by the Model Context Protocol on the standard streams',
    example: 'mcp --agent codex --repo /srv/shop.git',
  })
    .option('--agent <name>', 'who asks: its changes are those of agent:NAME', 'mcp')
    .option('--read-only', 'it may ask, and hand nothing in')
    .action((options: McpOptions) => serve(options, version));
}

type McpOptions = CommonOptions & { readonly agent: string; readonly readOnly?: true };

async function serve(options: McpOptions, version: string): Promise<void> {
  const { agentSource } = await import('../../wiring/mcp/source.ts');
  const source = agentSource(options.agent);
  const { serveMcpStdio } = await import('../../wiring/mcp/stdio.ts');
  const scope = options.readOnly === true ? 'read' : 'submit';
  await serveMcpStdio(options, { source, scope, version });
  // A child that reads for a call that nobody waits for any more must not keep this alive.
  process.exit();
}
