import { z } from 'zod';
import { wants } from './fields.ts';

const wantsName = wants(
  'a name for a group: lower-case letters, digits and -, at most 30',
  'name it after what its packages share, such as lint',
);
const wantsPackages = wants(
  'the name of a package, in which * stands for any characters',
  'write it as eslint, "eslint-*" or "@types/*"',
);
const packages = z
  .string(wantsPackages)
  .max(214, wantsPackages)
  .regex(/^(@[\w.~*-]+\/)?[\w.~*-]+$/, wantsPackages);

/** In the order of the file: a package belongs to the first that names it. */
export const dependencyGroups = z
  .record(
    z.string(wantsName).regex(/^[a-z][a-z0-9-]{0,29}$/, wantsName),
    z.strictObject({
      packages: z
        .array(packages)
        .min(1, wants('at least one package', 'to have no groups, leave groups out'))
        .max(200)
        .describe('Names, in which * stands for any characters'),
      classes: z
        .array(z.enum(['dependency-patch', 'dependency-minor']))
        .min(1, wants('at least one of dependency-patch and dependency-minor'))
        .default(['dependency-patch', 'dependency-minor'])
        .describe('Updates of other classes are proposed apart'),
    }),
  )
  .default({})
  .describe('Packages whose updates are proposed as one change');
