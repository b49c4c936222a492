import type { ServerHttp2Stream } from 'node:http2';
import { Code, ConnectError, createContextKey, type HandlerContext } from '@connectrpc/connect';
import { type Client, Refusal } from '../admission.ts';
import type { Serving } from '../serving.ts';

/** What the connection says of who calls. */
export type Caller = {
  readonly peer: string | null;
  readonly authority: string | null;
  /** null: its messages cannot be written past the library. */
  readonly stream: ServerHttp2Stream | null;
};
export const callerKey = createContextKey<Caller>({ peer: 'unknown', authority: null, stream: null });

const codes: Readonly<Record<Refusal['kind'], Code>> = {
  unauthenticated: Code.Unauthenticated,
  forbidden: Code.PermissionDenied,
  busy: Code.ResourceExhausted,
  malformed: Code.InvalidArgument,
};

/** Rejects with the code of gRPC that says why not. `selector`: of the request itself, as older clients send it. */
export function admitCall({ admission }: Serving, context: HandlerContext, selector?: string): Client {
  const { requestHeader, values } = context;
  const { peer, authority } = values.get(callerKey);
  const presented = {
    ...{ peer, authority },
    authorization: requestHeader.get('authorization'),
    apiKey: requestHeader.get('x-api-key'),
    selectors: [requestHeader.get('flagd-selector'), selector],
  };
  return orRefused(() => admission.admit(presented, 'read'));
}

/** Until the call ends, however it ends. */
export function enterStream({ admission }: Serving, { signal }: HandlerContext): () => void {
  const leave = orRefused(() => admission.enter());
  signal.addEventListener('abort', leave, { once: true });
  return leave;
}

export function revoked(): ConnectError {
  return new ConnectError('the flag token was revoked', Code.Unauthenticated);
}

function orRefused<T>(ask: () => T): T {
  try {
    return ask();
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { retryAfterSeconds: seconds } = thrown;
    const more = seconds === 0 ? undefined : new Headers({ 'retry-after': `${seconds}` });
    throw new ConnectError(thrown.message, codes[thrown.kind], more);
  }
}
