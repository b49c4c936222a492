import type { PlannedUpdate } from '../choose/plan.ts';
import type { Project } from '../managers/run-read.ts';
import { editAt } from './edit.ts';
import { placeOf, textAt } from './place.ts';

type Texts = ReadonlyMap<string, string>;

/** The texts with the overrides that the updates write or take out. */
export function withOverrides(project: Project, texts: Texts, updates: readonly PlannedUpdate[]): Texts {
  const edited = new Map(texts);
  for (const { name, to, override } of updates) {
    for (const { name: below } of override?.below ?? []) {
      const place = placeOf(project, below, name);
      const { file } = place;
      const before = edited.get(file) ?? textAt(project, place);
      edited.set(file, editAt(before, place, override?.is === 'written' ? to : undefined));
    }
  }
  return edited;
}
