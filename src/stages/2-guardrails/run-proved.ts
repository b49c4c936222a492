import { readSources } from '../../engine/read-sources.ts';
import { isProvable, type ProvedFunction } from './proof/facts.ts';
import { gatherer } from './run-ports.ts';

const mostProofs = 12;

/** One after the other: a solver takes a processor and a gigabyte. */
export const gatherProved = gatherer<'proved'>()({
  needs: ['critical'],
  cost: 'aside',
  async gather({ deps, change, found }) {
    const asked = found.critical.files.flatMap(({ path, functions }) =>
      functions.filter(isProvable).map((of) => ({ path, of })),
    );
    const wanted = new Set(asked.map(({ path }) => path));
    const { pairs } = await readSources(deps.git, change.classification, ({ path }) => wanted.has(path));
    const proofs: ProvedFunction[] = [];
    for (const { path, of } of asked.slice(0, mostProofs)) {
      const pair = pairs.find((one) => one.path === path);
      if (pair === undefined) throw new Error(`${path} was there a moment ago`);
      proofs.push({ path, of, proof: await deps.prover.prove(pair, of.name) });
    }
    return { proofs, omitted: asked.slice(mostProofs).map(({ path, of }) => `${path} ${of.name}`) };
  },
});
