import type { Dialect } from '../../../domain/lockfile.ts';

/** Package managers that come with no runtime: they are packages of the registry. */
export type FetchedDialect = Exclude<Dialect, 'npm'>;

/** As it is published: which package, and which file in it is the program. */
export const published: Readonly<
  Record<FetchedDialect, { readonly name: string; readonly program: string }>
> = {
  pnpm: { name: 'pnpm', program: 'bin/pnpm.cjs' },
  'yarn-classic': { name: 'yarn', program: 'bin/yarn.js' },
  'yarn-berry': { name: '@yarnpkg/cli-dist', program: 'bin/yarn.js' },
};

/** First and last major version that is known to work here. pnpm 12 is no JavaScript any more, and Yarn 2 cannot write a lockfile alone. */
export const majors: Readonly<Record<FetchedDialect, readonly [first: number, last: number]>> = {
  pnpm: [8, 11],
  'yarn-classic': [1, 1],
  'yarn-berry': [3, 4],
};

export type Pin = { readonly version: string; readonly integrity: string };

const pnpm10: Pin = {
  version: '10.34.9',
  integrity:
    'sha512-9JtajqD97bRLs8DB1ldQkqU8KVDZW3rRXfEfF5dId6LeOgHAfpNOmyjOcW5RwJqUlixzBtCb4uHksYqMh2L9Mg==',
};
const pnpm8: Pin = {
  version: '8.15.9',
  integrity:
    'sha512-SZQ0ydj90aJ5Tr9FUrOyXApjOrzuW7Fee13pDzL0e1E6ypjNXP0AHDHw20VLw4BO3M1XhQHkyik6aBYWa72fgQ==',
};
const yarn1: Pin = {
  version: '1.22.22',
  integrity:
    'sha512-prL3kGtyG7o9Z9Sv8IPfBNrWTDmXB4Qbes8A9rEzt6wkJV8mUvoirjU0Mp3GGAU06Y0XQyA3/2/RQFVuK7MTfg==',
};
const yarn3: Pin = {
  version: '3.8.7',
  integrity:
    'sha512-YMoAlLR9f+kxXjK72ggBIidi3ulQQrQpMSxzrLUt0OUk9Xdst2v26LBSYFlzOm+7KRNWgYIJpFjA8uRnCgB5xQ==',
};
const yarn49: Pin = {
  version: '4.9.4',
  integrity:
    'sha512-q504Eb++phLdYrVWhHLNpTwlwPkqz+w/+ydkSJUIP2SWKPUoeIllFD0xGVAWOR0pImxYwEjaRVXfdfVeJP6wqA==',
};
const yarn4: Pin = {
  version: '4.18.1',
  integrity:
    'sha512-EH+A4TxAtBWXKE0DGQxW9Bo9crXHLJ73mfxjTQJuv8XonNWWTpei8BQ5JjczHJNU9GROTycwMFn8iOvRIZXUcA==',
};

/** By the version of the lockfile's format: each manager writes one, and would turn an older one over as a whole. */
export const pins: Readonly<Record<FetchedDialect, ReadonlyMap<number, Pin>>> = {
  pnpm: new Map([
    [6, pnpm8],
    [6.1, pnpm8],
    [9, pnpm10],
  ]),
  'yarn-classic': new Map([[1, yarn1]]),
  'yarn-berry': new Map([
    [6, yarn3],
    [8, yarn49],
    [10, yarn4],
  ]),
};
