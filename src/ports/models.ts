import type { Model } from './model.ts';

/** The models that are configured, by the names that the configuration gives them. */
export interface ModelSource {
  /** undefined: there is none of that name, or it cannot be asked here. MUST NOT answer another model in its place. */
  named(name: string): Promise<Model | undefined>;
}
