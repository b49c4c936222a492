/** A package whose tarball holds its tests, and an update of one of its dependencies. */
export type Project = {
  readonly name: string;
  readonly version: string;
  readonly update: { readonly name: string; readonly from: string; readonly to: string };
  /** The part of its own `npm test` that runs from the tarball: the settings of linters are not in there. */
  readonly test: string;
};

/** Not installed: only `npm run lint` uses them, and some bring packages that not every registry has. */
export const linters = ['eslint', 'neostandard', '@stylistic/eslint-plugin', '@stylistic/eslint-plugin-js'];

/** From small to large. */
export const projects: readonly Project[] = [
  {
    name: 'fastq',
    version: '1.20.1',
    update: { name: 'reusify', from: '1.0.4', to: '1.1.0' },
    test: 'tape test/test.js',
  },
  {
    name: 'light-my-request',
    version: '6.6.0',
    update: { name: 'set-cookie-parser', from: '2.7.0', to: '2.7.1' },
    test: 'node --test',
  },
  {
    name: 'fast-json-stringify',
    version: '7.3.6',
    update: { name: 'rfdc', from: '1.3.1', to: '1.4.1' },
    test: 'node --test',
  },
];
