import type { ModelFault } from '../../domain/model.ts';

const known: ReadonlyMap<number, ModelFault> = new Map([
  [401, 'unauthorised'],
  [403, 'unauthorised'],
  [408, 'timeout'],
  [425, 'overloaded'],
  [429, 'rate-limited'],
]);

/** What a status other than 200 means, where the body does not say more. */
export function faultOfStatus(status: number): ModelFault {
  return known.get(status) ?? (status >= 500 ? 'overloaded' : 'rejected');
}
