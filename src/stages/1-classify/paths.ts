/** Compared after lower-casing and after removing what some file systems do not see. */
const protectedPatterns: readonly RegExp[] = [
  /^\.autoland(\/|$)/,
  /(^|\/)\.(github|gitlab|circleci|buildkite|woodpecker|drone|husky|ci|gitea|forgejo|vscode|devcontainer|githooks)(\/|$)/,
  /(^|\/)\.?gitlab-ci[^/]*\.ya?ml$/,
  /(^|\/)(jenkinsfile|bitbucket-pipelines\.yml|azure-pipelines[^/]*\.ya?ml|appveyor\.yml|\.appveyor\.yml)$/,
  /(^|\/)\.(travis|drone|woodpecker|cirrus)\.ya?ml$/,
  /(^|\/)\.(npmrc|yarnrc(\.ya?ml)?|pnpmfile\.c?js|pnp\.[cm]?js|node-version|nvmrc|tool-versions|envrc)$/,
  /(^|\/)\.yarn\/(plugins|releases)\//,
  /(^|\/)pnpm-workspace\.ya?ml$/,
  /(^|\/)codeowners$/,
  /(^|\/)\.git(attributes|modules|ignore)?(\/|$)/,
  /(^|\/)(renovate\.json5?|\.renovaterc(\.json5?)?|dependabot\.ya?ml|lefthook\.ya?ml|\.pre-commit-config\.ya?ml)$/,
  /(^|\/)(claude|agents)\.md$/,
];

/** A path as a case-insensitive file system that ignores invisible characters would take it. */
export function foldedPath(path: string): string {
  return path
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replaceAll('\\', '/')
    .toLowerCase();
}

/** Rules, CI definitions, package manager settings, hooks: what decides how changes are checked. */
export function isProtectedPath(path: string, extra: readonly RegExp[] = []): boolean {
  const folded = foldedPath(path);
  return [...protectedPatterns, ...extra].some((pattern) => pattern.test(folded));
}

/** `*` inside a name, `**` across folders; a pattern also covers what lies below what it names. */
export function compilePattern(pattern: string): RegExp {
  const source = foldedPath(pattern)
    .replace(/\/+$/, '')
    .split(/(\*\*\/|\*\*|\*)/)
    .map((part) => globs[part] ?? part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('');
  return new RegExp(`^${source}(/|$)`);
}

const globs: Readonly<Record<string, string>> = { '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' };

/** Text that people read. MDX is not among them: it holds code that a site runs. */
export function isDocumentPath(path: string): boolean {
  const name = foldedPath(path).split('/').at(-1) ?? '';
  if (/^(licen[cs]e|copying|notice|patents|security)(\..*)?$/.test(name)) return false;
  if (/\.(md|markdown|rst|adoc|asciidoc)$/.test(name)) return true;
  return /^(readme|changelog|changes|history|authors|contributors|contributing|maintainers)(\.txt)?$/.test(
    name,
  );
}

export function isSourcePath(path: string): boolean {
  return /\.([cm]?[jt]s|[jt]sx)$/.test(path);
}
