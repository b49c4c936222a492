import { createHash } from 'node:crypto';
import { guardrailStatements } from '../../domain/guardrail-statements.ts';
import type { Classification, GuardrailsReport, StageContext } from '../../domain/stage.ts';
import { findingExtension } from '../../domain/statements.ts';
import type { Attestation, Attestor } from '../../ports/attestor.ts';

export type Attested = NonNullable<GuardrailsReport['attestations']>;

type Context = Pick<StageContext, 'id' | 'now' | 'note'>;

/** Signs each finding as the verifier, and journals it: the gate names them as what its decision rests on. */
export async function attestReport(
  attestor: Attestor,
  ctx: Context,
  { base, tree }: Pick<Classification, 'base' | 'tree'>,
  report: GuardrailsReport,
): Promise<Attested> {
  const subject = { name: ctx.id, digest: `gitTree:${tree}` };
  const attested: Attested[number][] = [];
  for (const statement of guardrailStatements(report, { subject, base, at: ctx.now })) {
    const attestation = await attestor.sign('verifier', statement);
    const finding = statement.predicate[findingExtension];
    const name = isNamed(finding) ? finding.name : 'summary';
    const digest = payloadDigest(attestation);
    await ctx.note('guardrail.attested', { guardrail: name, digest, attestation });
    attested.push({ name, digest });
  }
  return attested;
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

/** Of the signed bytes, which no way of writing JSON alters. */
function payloadDigest({ dsseEnvelope }: Attestation): string {
  const { payload } = dsseEnvelope as { payload: string };
  return `sha256:${createHash('sha256').update(Buffer.from(payload, 'base64')).digest('hex')}`;
}
