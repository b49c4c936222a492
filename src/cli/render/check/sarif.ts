import type { CheckedGuardrail, CheckReport } from '../../../views/check-report.ts';
import { jsonText } from '../../output.ts';

/** SARIF 2.1.0: a rule for each guardrail, a result for each that did not pass and is not waived. */
export function renderSarif({ guardrails, verdict, base, head }: CheckReport): string {
  const rules = guardrails.map(({ name }) => ({
    id: name,
    shortDescription: { text: `autoland guardrail: ${name}` },
  }));
  const run = {
    tool: { driver: { name: 'autoland', rules } },
    results: guardrails.flatMap((one, index) =>
      one.verdict === 'pass' || one.waived ? [] : [resultOf(one, index)],
    ),
    properties: { verdict, base, head },
  };
  const schema = 'https://json.schemastore.org/sarif-2.1.0.json';
  return `${jsonText({ $schema: schema, version: '2.1.0', runs: [run] })}\n`;
}

function resultOf({ name, verdict, code, reason, paths }: CheckedGuardrail, ruleIndex: number) {
  return {
    ruleId: name,
    ruleIndex,
    level: verdict === 'fail' ? 'error' : 'warning',
    message: { text: `${reason} (${code})` },
    locations: paths.map((path) => ({
      physicalLocation: {
        artifactLocation: { uri: path.toWellFormed().split('/').map(encodeURIComponent).join('/') },
      },
    })),
    properties: { code },
  };
}
