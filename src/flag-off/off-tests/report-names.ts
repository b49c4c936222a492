import type { TestCase } from '../../domain/off-tests.ts';

/** Runners put other signs between the names of groups and tests. */
function plain(name: string): string {
  return name.replaceAll(/ [>›] /g, ' ');
}

/** Finds test cases in a report by their full names, which runners write in their own ways: with the file before them, or not. */
export class ReportNames {
  readonly #names: readonly { readonly name: string; readonly plain: string }[];

  constructor(names: readonly string[]) {
    this.#names = names.map((name) => ({ name, plain: plain(name) }));
  }

  /** The one name that means this test case; undefined: none does, or more than one, or one that stands there twice. */
  of({ path, titles }: Pick<TestCase, 'path' | 'titles'>): string | undefined {
    const full = plain(titles.join(' '));
    // ava writes no more of a file than this.
    const [stem = ''] = (path.split('/').at(-1) ?? '').split('.');
    for (const wanted of [full, `${path} ${full}`, `${stem} ${full}`]) {
      const found = this.#names.filter((each) => each.plain === wanted);
      if (found.length > 0) return found.length === 1 ? found[0]?.name : undefined;
    }
    const found = this.#names.filter((each) => each.plain.endsWith(` ${full}`));
    return found.length === 1 ? found[0]?.name : undefined;
  }
}
