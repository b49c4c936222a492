import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { messageOf } from '../../domain/errors.ts';
import { tooLarge } from './bounds.ts';
import { refusedOperators } from './operators.ts';
import { cedarSchema } from './shipped.ts';

export type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');

/** `offset` in bytes of the text. */
export type PolicyProblem = { readonly offset: number; readonly message: string; readonly mend: string };

export type NamedPolicy = {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** Its @reason; undefined: it has none. */
  readonly reason: string | undefined;
  readonly text: string;
};

export type PolicyCheck =
  | { readonly ok: true; readonly policies: readonly NamedPolicy[] }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** All that is wrong with a text; a syntax error hides the rest. */
export function checkPolicies(cedar: Cedar, text: string): PolicyCheck {
  const large = tooLarge(text);
  if (large !== undefined) return refuse([{ offset: 0, message: large, mend: 'say it with fewer policies' }]);
  try {
    return checkText(cedar, text);
  } catch (error) {
    const message = `expected policies that Cedar can read, but it failed: ${messageOf(error)}`;
    return refuse([{ offset: 0, message, mend: 'remove the newest policy, and restart autoland' }]);
  }
}

function checkText(cedar: Cedar, text: string): PolicyCheck {
  const parsed = cedar.checkParsePolicySet({ staticPolicies: text });
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') return refuse(parts.errors.map(syntaxProblem));
  const problems = parts.policy_templates.map((template) => templateProblem(text, template));
  if (problems.length > 0) return refuse(problems);
  if (parsed.type === 'failure') return refuse(parsed.errors.map(syntaxProblem));
  const policies = parts.policies
    .map((part) => readPart(cedar, text, part))
    .sort((a, b) => a.offset - b.offset);
  const found = [
    ...policies.flatMap((policy) => policy.problems),
    ...doubled(policies),
    ...validation(cedar, text),
  ];
  if (policies.length === 0) found.push(nothing);
  if (found.length > 0) return refuse(found);
  return { ok: true, policies: policies.map(({ named }) => named) };
}

const nothing = {
  offset: 0,
  message: 'expected at least one policy, found none',
  mend: 'begin with the default policy',
};

function refuse(problems: readonly PolicyProblem[]): PolicyCheck {
  return { ok: false, problems: [...problems].sort((a, b) => a.offset - b.offset) };
}

type Part = {
  readonly named: NamedPolicy;
  readonly offset: number;
  readonly problems: readonly PolicyProblem[];
};

function readPart(cedar: Cedar, text: string, part: string): Part {
  const offset = offsetOf(text, part);
  const read = cedar.policyToJson(part);
  if (read.type === 'failure') {
    const named: NamedPolicy = { id: '', effect: 'forbid', reason: undefined, text: part };
    return { named, offset, problems: read.errors.map((error) => ({ ...syntaxProblem(error), offset })) };
  }
  const { effect, annotations } = read.json;
  const named = { id: annotations?.id ?? '', effect, reason: annotations?.reason, text: part };
  return {
    named,
    offset,
    problems: [...idProblems(named.id, offset), ...operatorProblems(read.json, offset)],
  };
}

function idProblems(id: string, offset: number): readonly PolicyProblem[] {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(id)) return [];
  const message = `expected a policy with an @id of lower-case letters, digits and -, found ${id === '' ? 'none' : JSON.stringify(id)}`;
  return [{ offset, message, mend: 'write @id("what-it-does") before it: decisions name the policy by it' }];
}

function operatorProblems(json: PolicyJson, offset: number): readonly PolicyProblem[] {
  const mend = 'compare with a fixed value instead: Cedar skips a forbid whose evaluation errs';
  return refusedOperators(json).map((operator) => ({
    offset,
    message: `expected no arithmetic and no extension function, found ${operator}`,
    mend,
  }));
}

function doubled(parts: readonly Part[]): readonly PolicyProblem[] {
  return parts
    .filter(
      ({ named }, i) => named.id !== '' && parts.findIndex((other) => other.named.id === named.id) !== i,
    )
    .map(({ named, offset }) => ({
      offset,
      message: `expected each @id once, found ${named.id} a second time`,
      mend: 'rename one of the two',
    }));
}

/** Warnings count too, once no error can be their cause: a policy that can never apply is a guard that somebody relies on. */
function validation(cedar: Cedar, text: string): readonly PolicyProblem[] {
  const answer = cedar.validate({
    schema: cedarSchema,
    policies: { staticPolicies: text },
    validationSettings: { mode: 'strict' },
  });
  if (answer.type === 'failure') return answer.errors.map(syntaxProblem);
  const { validationErrors, validationWarnings } = answer;
  const found = validationErrors.length > 0 ? validationErrors : validationWarnings;
  const errors = found.map(({ error }) => error);
  const problems = [...errors, ...answer.otherWarnings].map((error) => ({
    offset: error.sourceLocations?.[0]?.start ?? 0,
    message: `expected only what schema.cedarschema declares, found: ${error.message.replace(/for policy `policy\d+`[,:] /, '')}`,
    mend: error.help ?? 'correct the policy',
  }));
  return problems.filter(
    (problem, i) => problems.findIndex((other) => other.offset === problem.offset) === i,
  );
}

function templateProblem(text: string, template: string): PolicyProblem {
  const message = 'expected a policy, found a template (?principal or ?resource)';
  return {
    offset: offsetOf(text, template),
    message,
    mend: 'name the principal or resource, or leave it open',
  };
}

function syntaxProblem(error: DetailedError): PolicyProblem {
  const [place] = error.sourceLocations ?? [];
  const message = error.message.replace(/^failed to parse policies from string: /, '');
  return {
    offset: place?.start ?? 0,
    message: `expected Cedar, found: ${message}`,
    mend: error.help ?? place?.label ?? 'correct the syntax',
  };
}

function offsetOf(text: string, part: string): number {
  return Buffer.byteLength(text.slice(0, Math.max(0, text.indexOf(part))));
}
