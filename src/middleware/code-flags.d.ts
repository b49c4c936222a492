import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

type Resolved<T> = {
  readonly value: T;
  readonly variant?: string;
  readonly reason: string;
  readonly errorMessage?: string;
};

/** For `OpenFeature.setProviderAndWait`; one of its wrappers must be around what handles requests. */
export type CodeFlags = {
  readonly metadata: { readonly name: string };
  readonly runsOn: 'server';
  /** Without OpenFeature: name it in `flags.helpers`, so that the guardrails know it. */
  isOn(key: string): boolean;
  resolveBooleanEvaluation(flagKey: string): Promise<Resolved<boolean>>;
  resolveStringEvaluation(flagKey: string, defaultValue: string): Promise<Resolved<string>>;
  resolveNumberEvaluation(flagKey: string, defaultValue: number): Promise<Resolved<number>>;
  resolveObjectEvaluation<T>(flagKey: string, defaultValue: T): Promise<Resolved<T>>;
  /** Around a listener of Node's http server. */
  node(listener: RequestListener): RequestListener;
  /** `app.use(flags.express())`, before the routes. */
  express(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** `app.use(flags.hono())`, before the routes. */
  hono(): (
    context: { readonly req: { header(name: string): string | undefined } },
    next: () => Promise<void>,
  ) => Promise<void>;
};

export const flagsHeader: string;
export function codeFlags(): CodeFlags;
