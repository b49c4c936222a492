import type { ProxiedWire, Refusal } from '../proxied-wire.ts';

const codes: Readonly<Record<Refusal, string>> = {
  'not-found': 'model_not_found',
  'bad-request': 'invalid_request_error',
  'too-large': 'request_too_large',
  unauthorised: 'invalid_api_key',
  'over-budget': 'insufficient_quota',
  'rate-limited': 'rate_limit_exceeded',
  overloaded: 'server_error',
  timeout: 'timeout',
  rejected: 'invalid_request_error',
  unreachable: 'server_error',
  malformed: 'server_error',
  'cut-off': 'server_error',
  unrecorded: 'server_error',
};

export function errorOf(code: string, message: string): object {
  return { error: { message, type: code, param: null, code } };
}

/** How OpenAI's servers say things, whichever of their wires it is on. */
export const openaiWords: Pick<ProxiedWire, 'error' | 'typeOf' | 'list'> = {
  error: (_status, code, message) => errorOf(code, message),
  typeOf: (refusal) => codes[refusal],
  list: (models) => ({
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'autoland' })),
  }),
};
