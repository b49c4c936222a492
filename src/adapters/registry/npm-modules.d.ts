// npm's own modules that come without types: only what is used here.

declare module 'make-fetch-happen' {
  type FetchResponse = {
    readonly status: number;
    readonly url: string;
    readonly headers: { get(name: string): string | null };
    readonly body: AsyncIterable<Uint8Array> & { destroy(): void };
  };
  function fetch(url: string, options: Readonly<Record<string, unknown>>): Promise<FetchResponse>;
  export = fetch;
}

declare module '@npmcli/agent' {
  /** Of `node:https`, as far as it is used here. */
  export type Agent = { getName: (options: { readonly host: string; readonly port: number }) => string };
  export function getAgent(url: string, options: Readonly<Record<string, unknown>>): Agent;
}

declare module 'npm-registry-fetch/lib/auth.js' {
  type Auth = {
    readonly token: string | null;
    readonly auth: string | null;
    readonly cert: string | null;
    readonly key: string | null;
  };
  function getAuth(url: string, options: Readonly<Record<string, unknown>>): Auth;
  export = getAuth;
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const npmDefinitions: {
    readonly definitions: Readonly<Record<string, { type: object | (object | string | null)[] }>>;
    readonly shorthands: Readonly<Record<string, string[]>>;
    readonly flatten: (data: Record<string, unknown>, flat: Record<string, unknown>) => void;
    readonly nerfDarts: readonly string[];
  };
  export = npmDefinitions;
}
