/** What a configuration with the panel [one, two] names beside it. */
export const twoModels = `models:
  one: { provider: anthropic, model: one-1, family: claude }
  two: { provider: openai, model: two-1, family: gpt }
`;
