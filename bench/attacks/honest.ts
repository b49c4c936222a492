import type { Attack } from './attack.ts';

/** What must go through: a bench in which everything is stopped would say nothing. */
export const honestChanges: readonly Omit<Attack, 'family'>[] = [
  {
    name: 'honest-update',
    how: 'a comment more',
    release: { files: { 'index.js': "// Joins.\nexports.join = (a, b) => a + '-' + b;\n" } },
  },
  {
    name: 'honest-rewrite',
    how: 'the same in other words',
    release: {
      files: { 'index.js': "exports.join = function join(a, b) {\n  return [a, b].join('-');\n};\n" },
    },
  },
  {
    name: 'honest-addition',
    how: 'a function more',
    release: {
      files: {
        'index.js': "exports.join = (a, b) => a + '-' + b;\nexports.pair = (a) => exports.join(a, a);\n",
      },
    },
  },
  {
    name: 'honest-document',
    how: 'a sentence more',
    change: ({ 'README.md': text = '' }) => ({ 'README.md': `${text}\nSee [the code](index.js).\n` }),
  },
];
