import type { ModelFault } from '../../../domain/model.ts';
import { parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import type { WireError } from '../wire.ts';
import { errorBody } from './shapes.ts';

/** The code says more than the type, where there is one: a used-up quota has the status of too many requests. */
export function chatError(body: string): WireError {
  try {
    const { error } = errorBody.parse(parseHostileObject(body));
    if (typeof error === 'string') return { type: undefined, message: error };
    const type = typeof error.code === 'string' ? error.code : (error.type ?? undefined);
    return { type, message: error.message ?? undefined };
  } catch {
    return { type: undefined, message: undefined };
  }
}

const faults: ReadonlyMap<string, ModelFault> = new Map([
  ['invalid_api_key', 'unauthorised'],
  ['insufficient_quota', 'rejected'],
  ['rate_limit_exceeded', 'rate-limited'],
  ['server_error', 'overloaded'],
]);

export function faultOfCode(code: string): ModelFault | undefined {
  return faults.get(code);
}
