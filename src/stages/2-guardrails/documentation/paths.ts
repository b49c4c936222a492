/** MDX is code that a site runs, and so no document. */
export function isMarkdown(path: string): boolean {
  return /\.(md|markdown)$/i.test(path);
}

/** Text that people read. */
export function isProse(path: string): boolean {
  return (
    isMarkdown(path) ||
    /\.(rst|adoc|asciidoc|txt)$|(^|\/)(readme|changelog|changes|history|contributing)$/i.test(path)
  );
}
