/** The models that a panel may name in tests: lines of a configuration. */
export const modelsYaml = `models:
  one: { provider: anthropic, model: one-1, family: claude }
  two: { provider: openai, model: two-1, family: gpt }
  three: { provider: openai, model: three-1, family: llama }
`;

/** A configuration whose judge has these settings, with the models that they name. */
export function judgeYaml(settings = 'panel: [one, two]'): string {
  return `${modelsYaml}judge: { ${settings} }\n`;
}
