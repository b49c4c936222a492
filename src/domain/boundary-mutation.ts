/** `throw`: it throws, or its promise rejects. `nothing`: it answers undefined. `other`: another value of the same type. */
export const boundaryFaults = ['throw', 'nothing', 'other'] as const;
export type BoundaryFault = (typeof boundaryFaults)[number];

/** A fault in what a client gets of a package: the result of each call of one path is replaced. */
export type BoundaryMutant = {
  /** Names it among all mutants of one plan. */
  readonly id: string;
  readonly package: string;
  /** As the recorder wrote it, such as `qs.parse` or `new semver.SemVer`: hostile text. */
  readonly path: string;
  readonly fault: BoundaryFault;
};
