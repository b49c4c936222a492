import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

const operands = ['left', 'right', 'arg', 'if', 'then', 'else', 'in'] as const;

/** Those that cannot fail on a request that matches the schema. */
const allowed = new Set([
  ...['!', '==', '!=', 'in', '<', '<=', '>', '>=', '&&', '||'],
  ...['contains', 'containsAll', 'containsAny', 'isEmpty', '.', 'has', 'like', 'is', 'if-then-else'],
]);

/**
 * The operators of a policy that could err while it is evaluated: arithmetic overflows, extension functions fail
 * on their arguments, and Cedar skips a forbid that errs. What this program does not know is refused too.
 */
export function refusedOperators(policy: PolicyJson): readonly string[] {
  return [...new Set(policy.conditions.flatMap((condition) => refusedIn(condition.body)))];
}

function refusedIn(node: unknown): readonly string[] {
  if (!isObject(node)) return ['an unknown expression'];
  return Object.entries(node).flatMap(([operator, body]) => {
    if (operator === 'Value' || operator === 'Var') return [];
    if (operator === 'Set' || operator === 'Record')
      return isObject(body) ? Object.values(body).flatMap(refusedIn) : [operator];
    if (!allowed.has(operator) || !isObject(body)) return [operator];
    return operands.flatMap((name) => (Object.hasOwn(body, name) ? refusedIn(body[name]) : []));
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
