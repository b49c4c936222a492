import { createHash } from 'node:crypto';
import type { Context, EntityUidJson } from '@cedar-policy/cedar-wasm/nodejs';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { type Cedar, checkPolicies, type NamedPolicy, type PolicyProblem } from './check-policies.ts';
import { cedarSchema, defaultPolicyText } from './shipped.ts';

export type PolicyRequest = {
  readonly principal: EntityUidJson;
  readonly action: EntityUidJson;
  readonly resource: EntityUidJson;
  readonly context: Context;
};

export type Evaluation =
  /** `policyIds`: the permits that allowed it, or the forbids that denied it; [] when no policy speaks of it. */
  | { readonly kind: 'answer'; readonly allowed: boolean; readonly policyIds: readonly string[] }
  /** Whatever Cedar answered beside it must not be used. */
  | {
      readonly kind: 'error';
      readonly code: 'policy.evaluation-error' | 'policy.request-invalid';
      readonly message: string;
    };

export type Policies = {
  readonly all: readonly NamedPolicy[];
  evaluate(request: PolicyRequest): Evaluation;
};

/** Throws `policy.invalid`, whose message has one line `file:line:column: problem; mend` for each problem. */
export async function loadPolicies(text: string, fileName: string): Promise<Policies> {
  // 12 MB of WebAssembly: only who decides something pays for it.
  const cedar: Cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  const check = checkPolicies(cedar, text);
  if (!check.ok) throw invalid(check.problems, text, fileName);
  return policiesOf(cedar, check.policies);
}

/**
 * The default policy, which this program's tests have checked: to do so anew takes ten times as long as to ask it. Its answers
 * name policies by their numbers.
 */
export async function loadDefaultPolicies(): Promise<Pick<Policies, 'evaluate'>> {
  const cedar: Cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  const name = prepare(cedar, defaultPolicyText());
  return { evaluate: (request) => evaluate(cedar, name, request) };
}

/** Of policies that were checked: nothing here finds out that one can err. */
export function policiesOf(cedar: Cedar, all: readonly NamedPolicy[]): Policies {
  const name = prepare(cedar, Object.fromEntries(all.map(({ id, text }) => [id, text])));
  return { all, evaluate: (request) => evaluate(cedar, name, request) };
}

function invalid(problems: readonly PolicyProblem[], text: string, fileName: string): AutolandError {
  const lines = problems.map(
    ({ offset, message, mend }) => `${fileName}:${position(text, offset)}: ${message}; ${mend}`,
  );
  return new AutolandError('policy.invalid', lines.join('\n'), {
    mend: `correct ${fileName} in the ${lines.length === 1 ? 'place' : `${lines.length} places`} named above; docs/guide/policy.md explains the words`,
  });
}

function position(text: string, offset: number): string {
  const lines = Buffer.from(text).subarray(0, offset).toString().split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Cedar caches parsed policies by name, so the name is made of all that it stands for. */
function prepare(cedar: Cedar, staticPolicies: string | Record<string, string>): string {
  const name = createHash('sha256')
    .update(JSON.stringify([cedarSchema, staticPolicies]))
    .digest('hex');
  const answers = [
    cedar.preparseSchema(name, cedarSchema),
    cedar.preparsePolicySet(name, { staticPolicies }),
  ];
  for (const answer of answers) {
    if (answer.type === 'failure')
      throw new Error(`Cedar refused what it had accepted: ${answer.errors[0]?.message}`);
  }
  return name;
}

function evaluate(cedar: Cedar, name: string, request: PolicyRequest): Evaluation {
  try {
    const answer = cedar.statefulIsAuthorized({
      ...request,
      preparsedSchemaName: name,
      validateRequest: true,
      preparsedPolicySetId: name,
      entities: [],
    });
    if (answer.type === 'failure') return failed('policy.request-invalid', answer.errors);
    const { decision, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0) {
      const errors = diagnostics.errors.map(({ policyId, error }) => ({
        message: `${policyId}: ${error.message}`,
      }));
      return failed('policy.evaluation-error', errors);
    }
    return { kind: 'answer', allowed: decision === 'allow', policyIds: diagnostics.reason };
  } catch (error) {
    return failed('policy.evaluation-error', [{ message: messageOf(error) }]);
  }
}

function failed(
  code: 'policy.evaluation-error' | 'policy.request-invalid',
  errors: readonly { message: string }[],
): Evaluation {
  return { kind: 'error', code, message: errors.map(({ message }) => message).join('; ') };
}
