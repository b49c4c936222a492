/** Of the OWASP Top 10 for LLM Applications (2025), and of that for Agentic Applications (December 2025). */
export const riskIds = [
  ...(['LLM01', 'LLM02', 'LLM03', 'LLM04', 'LLM05', 'LLM06', 'LLM07', 'LLM08', 'LLM09', 'LLM10'] as const),
  ...(['ASI01', 'ASI02', 'ASI03', 'ASI04', 'ASI05', 'ASI06', 'ASI07', 'ASI08', 'ASI09', 'ASI10'] as const),
];

export type RiskId = (typeof riskIds)[number];

/**
 * Says in a `describe` or an `it` which risks its tests show to be held. It does nothing: `scripts/write-owasp.ts` reads it where it
 * stands, and writes docs/guide/owasp.md.
 */
export function covers(..._risks: readonly [RiskId, ...RiskId[]]): void {}
