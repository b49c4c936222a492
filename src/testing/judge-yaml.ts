/** The models that a panel may name in tests: lines of a configuration. */
export const modelsYaml = '';

/** A configuration whose judge has these settings, with the models that they name. */
export function judgeYaml(settings = 'panel: [one, two]'): string {
  return `${modelsYaml}judge: { ${settings} }\n`;
}
