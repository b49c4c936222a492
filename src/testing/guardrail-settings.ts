import { configSchema } from '../config/schema.ts';
import type { GuardrailSettings } from '../stages/2-guardrails/settings.ts';

/** What a repository gets that configures nothing, but for `over`; nothing is installed, built, tested or mutated. */
export function sampleSettings(over: Partial<GuardrailSettings['commands']> = {}): GuardrailSettings {
  const config = configSchema.parse({ version: 1 });
  const commands = { install: null, build: null, test: null, testSeconds: 60, ...over };
  return { ...config, commands, mutation: { ...config.mutation, mutants: 0 } };
}
