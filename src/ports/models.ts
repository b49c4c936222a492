import type { ChangeId } from '../domain/change.ts';
import type { Model } from './model.ts';

/** The models that are configured, by the names that the configuration gives them. */
export interface ModelSource {
  /**
   * `change`: for which it is asked, so that it counts there; undefined: for none. undefined is answered where there is no model of that
   * name. MUST NOT answer another one in its place. May reject where it has no place on this machine, with what to do about it.
   */
  named(name: string, change: ChangeId | undefined): Promise<Model | undefined>;
}
