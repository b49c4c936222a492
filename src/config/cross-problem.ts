/** What does not fit between two places of a configuration. */
export type CrossProblem = {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly mend: string;
};

type Path = CrossProblem['path'];

/** A name that stands for no model. */
export function unknownModel(models: Readonly<Record<string, unknown>>, path: Path): CrossProblem {
  const known = Object.keys(models);
  const mend =
    known.length === 0
      ? 'describe it under models first'
      : `use one of: ${known.join(', ')}; or add it to models`;
  return { path, expected: 'the name of a model under models', mend };
}
