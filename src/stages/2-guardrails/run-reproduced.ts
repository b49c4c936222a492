import { testCommands } from '../../engine/test-commands.ts';
import { gatherer } from './run-ports.ts';

export const gatherReproduced = gatherer<'reproduced'>()({
  // Where the base's own tests do not pass on both sides, what else fails says nothing.
  needs: ['tests'],
  cost: 'heavy',
  async gather({ deps, settings, change }) {
    const { class: changeClass, base, tree: head } = change.classification;
    if (changeClass !== 'crash-fix') return { asked: false, class: changeClass };
    const commands = testCommands(settings);
    const runs = commands && (await deps.tests.compare(commands, { base, head, judgedBy: 'head' }));
    return { asked: true, runs };
  },
});
