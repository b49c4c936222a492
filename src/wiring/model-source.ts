import type { ModelSource } from '../ports/models.ts';

/** A panel that nobody can ask abstains, and is not measured. */
export const noModels: ModelSource = { named: async () => undefined };
