import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** `auto`: the revision without sessions where the server has it; `legacy`: the handshake that older clients make. */
export type Era = 'auto' | 'legacy';

export type Refused = { readonly code: string; readonly message: string; readonly mend: string | null };

/** A coding agent, as far as autoland sees it: the official client. */
export class Agent {
  readonly client: Client;
  readonly transport: StdioClientTransport | undefined;

  private constructor(client: Client, transport: StdioClientTransport | undefined) {
    this.client = client;
    this.transport = transport;
  }

  /** Starts `autoland mcp` as clients do. */
  static async overStdio(args: readonly string[], era: Era = 'auto'): Promise<Agent> {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [main, 'mcp', ...args],
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' },
      stderr: 'inherit',
    });
    const client = makeClient(era);
    await client.connect(transport);
    return new Agent(client, transport);
  }

  static async over(transport: Parameters<Client['connect']>[0], era: Era = 'auto'): Promise<Agent> {
    const client = makeClient(era);
    await client.connect(transport);
    return new Agent(client, undefined);
  }

  /** What a tool answers that must succeed; the client has held it beside the tool's schema. */
  async ask<T>(name: string, asked: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const { isError, content, structuredContent } = await this.client.callTool({ name, arguments: asked });
    if (isError === true) throw new Error(`${name} refused: ${JSON.stringify(content)}`);
    return structuredContent as T;
  }

  /** The text with which a tool refuses. */
  async refusal(name: string, asked: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { isError, content, structuredContent } = await this.client.callTool({ name, arguments: asked });
    if (isError !== true) throw new Error(`${name} answered ${JSON.stringify(structuredContent)}`);
    const [first] = content;
    return first?.type === 'text' ? first.text : JSON.stringify(content);
  }

  async refused(name: string, asked: Readonly<Record<string, unknown>> = {}): Promise<Refused> {
    return JSON.parse(await this.refusal(name, asked)) as Refused;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

function makeClient(era: Era): Client {
  return new Client({ name: 'an-agent', version: '1.0.0' }, { versionNegotiation: { mode: era } });
}
