/* What is asked of a language model and what it answers, whoever makes it. */

/** `family`: who trained it from what (`claude`, `gpt`, `llama`): models of one family share their blind spots. */
export type ModelIdentity = {
  /** The name that the configuration gives it. */
  readonly name: string;
  readonly family: string;
  /** As the provider names it. */
  readonly model: string;
  /** Its answers come from a file that a person wrote: said wherever they show. */
  readonly scripted: boolean;
};

export type ModelTool = {
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
};

export type ModelBlock =
  | { readonly kind: 'text'; readonly text: string }
  /** What the model says that it thought; `signature`: opaque, and to be given back unchanged where it goes on. */
  | {
      readonly kind: 'reasoning';
      readonly text: string;
      readonly signature?: string;
      /** The provider keeps the text to itself: `text` is empty, `signature` holds it encrypted. */
      readonly redacted?: true;
    }
  | { readonly kind: 'tool-call'; readonly id: string; readonly tool: string; readonly input: unknown };

export type ModelMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'model'; readonly blocks: readonly ModelBlock[] }
  | {
      readonly role: 'tool';
      readonly id: string;
      readonly tool: string;
      readonly output: string;
      readonly isError: boolean;
    };

export type ModelRequest = {
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  /** []: it may call none. */
  readonly tools: readonly ModelTool[];
  /**
   * JSON schema of the answer; undefined: free text. Every object in it says `additionalProperties: false` and requires all that it
   * names, else some providers refuse it. What comes is checked again by whoever asked.
   */
  readonly schema?: Readonly<Record<string, unknown>>;
  readonly maxOutputTokens: number;
  /** undefined: the model's own. Left out where a provider refuses it of any of its models: it is a wish. */
  readonly temperature?: number;
};

export type ModelUsage = {
  /** All of them, also those that a cache was read for or filled with. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of `inputTokens`; undefined: none, or the provider does not tell. */
  readonly cacheReadTokens?: number;
  /** Part of `inputTokens`; undefined: none, or the provider does not tell. */
  readonly cacheWriteTokens?: number;
  /** In millionths of a dollar by the configured prices; undefined: no price is configured. */
  readonly microdollars?: number;
};

/** `length`: cut off by `maxOutputTokens`; what stands in it is no whole answer. */
export type ModelStop = 'end' | 'tool-call' | 'length' | 'refusal';

export type ModelFault =
  | 'unreachable'
  | 'timeout'
  | 'rate-limited'
  | 'overloaded'
  | 'unauthorised'
  | 'rejected'
  | 'malformed'
  | 'cut-off'
  | 'over-budget'
  /** The exchange could not be kept, so its answer does not count. */
  | 'unrecorded';

export type ModelReply =
  | {
      readonly kind: 'answer';
      readonly blocks: readonly ModelBlock[];
      readonly stop: ModelStop;
      readonly usage: ModelUsage;
      /** As the provider says that it was: another one than was asked for is another model. */
      readonly answeredBy: string;
    }
  | {
      readonly kind: 'fault';
      readonly fault: ModelFault;
      readonly reason: string;
      /** Not before; undefined: nothing was said of it. */
      readonly retryAfterMs?: number;
      /** What it cost all the same. */
      readonly usage?: ModelUsage;
    };

/** One request and what came of it, as the recorder keeps it. */
export type ModelExchange = {
  readonly identity: ModelIdentity;
  readonly request: ModelRequest;
  readonly reply: ModelReply;
  readonly startedAt: Date;
  readonly ms: number;
};
