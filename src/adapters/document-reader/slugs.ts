/**
 * GitHub's names of headings: in lower case, all but letters, marks, digits, connectors, blanks and hyphens left out,
 * blanks become hyphens, the n-th of the same name gets -n. The rules are those of github-slugger 2 and of
 * https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
 */
export class Slugs {
  readonly #taken = new Map<string, number>();

  add(heading: string): string {
    const plain = slugOf(heading);
    let slug = plain;
    let count = this.#taken.get(plain) ?? 0;
    while (this.#taken.has(slug)) {
      count += 1;
      slug = `${plain}-${count}`;
    }
    this.#taken.set(plain, count);
    this.#taken.set(slug, this.#taken.get(slug) ?? 0);
    return slug;
  }
}

function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}
