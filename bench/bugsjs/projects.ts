/** One of the projects of BugsJS (https://github.com/BugsJS), as its tags `Bug-N-test` and `Bug-N-full` have it. */
export type Project = {
  readonly name: string;
  readonly bugs: number;
  /** Of mocha, before the files. */
  readonly options: readonly string[];
  /** Older versions lack some of what the options name. */
  readonly needs: Readonly<Record<string, string>>;
  readonly isTest: (path: string) => boolean;
};

export const projects: readonly Project[] = [
  {
    name: 'express',
    bugs: 27,
    options: ['--require', './test/support/env'],
    needs: { 'test/support/env.js': "process.env.NODE_ENV = 'test';\n" },
    isTest: (path) => /^test\/(acceptance\/)?[^/]+\.js$/.test(path),
  },
  {
    name: 'hessian.js',
    bugs: 9,
    options: ['--timeout', '15000', '--require', 'should'],
    needs: {},
    isTest: (path) => /^test\/[^/]+\.test\.js$/.test(path),
  },
];
