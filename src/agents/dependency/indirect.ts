import { isRecord, parseHostileObject } from '../../domain/npm/hostile-json.ts';
import type { PlannedUpdate } from './plan.ts';

/** The project does not name it: its lockfile alone changes. */
export function isIndirect({ edits }: PlannedUpdate): boolean {
  return edits.length === 0;
}

/**
 * A package.json that makes npm lock these very versions, where other packages ask for them. It stands for the time of one run only: npm
 * keeps what is locked already as long as the ranges admit it.
 */
export function withOverrides(manifest: string, updates: readonly PlannedUpdate[]): string {
  const root = parseHostileObject(manifest);
  const overrides: Record<string, unknown> = { ...(isRecord(root.overrides) ? root.overrides : {}) };
  for (const { name, to, pinned = [] } of updates) {
    for (const asker of pinned) {
      const before = overrides[asker.name];
      const own = isRecord(before) ? before : before === undefined ? {} : { '.': before };
      // Another version of the asker may ask for another range.
      overrides[asker.name] = { ...own, [`${name}@${asker.range}`]: to };
    }
  }
  return JSON.stringify({ ...root, overrides }, null, 2);
}
