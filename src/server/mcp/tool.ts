import type { CallToolResult, McpServer, ServerContext, ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { plainJson, plainText } from '../../domain/plain.ts';
import type { AgentDesk, WaitHooks } from './desk.ts';

/** What an agent may do: `submit` reads too. */
export type AgentScope = 'read' | 'submit';

export type Served = {
  readonly desk: AgentDesk;
  /** Told what a bug of ours threw: an agent gets its message only. */
  readonly onBug: (thrown: unknown) => void;
};

export type Tool = {
  readonly name: string;
  readonly scope: AgentScope;
  register(server: McpServer, served: Served): void;
};

type Definition<In extends z.ZodObject, Shown extends object> = {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** Default: `read`. */
  readonly scope?: AgentScope;
  readonly input: In;
  readonly output: z.ZodObject & z.ZodType<Shown>;
  readonly run: (desk: AgentDesk, asked: z.output<In>, during: WaitHooks) => Promise<Shown>;
};

export function tool<In extends z.ZodObject, Shown extends object>(of: Definition<In, Shown>): Tool {
  const { name, title, description, annotations, scope = 'read', run } = of;
  // The library types what it hands on by the schema; here it is any object, and `run` has the type.
  const inputSchema: z.ZodObject = of.input;
  const outputSchema: z.ZodObject = of.output;
  const config = { title, description, annotations, inputSchema, outputSchema };
  return {
    name,
    scope,
    register: (server, { desk, onBug }) => {
      server.registerTool(name, config, (asked, context) =>
        answer(() => run(desk, asked as z.output<In>, hooksOf(context)), onBug),
      );
    },
  };
}

/** Of every text that leaves: whatever a change, a package or a service wrote arrives as data. */
const limits = { text: 2_000, items: 200, depth: 12 };

async function answer(run: () => Promise<object>, onBug: Served['onBug']): Promise<CallToolResult> {
  try {
    const structuredContent = plainJson((await run()) as Json, limits) as Record<string, unknown>;
    return { structuredContent, content: [{ type: 'text', text: JSON.stringify(structuredContent) }] };
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) onBug(thrown);
    return refusal(thrown);
  }
}

/** Clients hold a result beside its schema, an error too: so what programs are to read of it is its text. */
function refusal(thrown: unknown): CallToolResult {
  const { code, message, mend } =
    thrown instanceof AutolandError
      ? thrown
      : { code: 'bug', message: messageOf(thrown), mend: 'this is a bug in autoland: tell a person' };
  const told = {
    code,
    message: plainText(message, limits.text),
    mend: mend === undefined ? null : plainText(mend, limits.text),
  };
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(told) }] };
}

function hooksOf({ mcpReq }: ServerContext): WaitHooks {
  const progressToken = mcpReq._meta?.progressToken;
  return {
    signal: mcpReq.signal,
    onLook: async (progress, message) => {
      if (progressToken === undefined) return;
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, message } });
    },
  };
}
