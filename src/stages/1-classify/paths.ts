import { foldedPath } from '../../domain/path-kinds.ts';

export { foldedPath, isDocumentPath, isSourcePath } from '../../domain/path-kinds.ts';

/** Compared after lower-casing and after removing what some file systems do not see. */
const protectedPatterns: readonly RegExp[] = [
  /^\.autoland(\/|$)/,
  /(^|\/)\.(github|gitlab|circleci|buildkite|woodpecker|drone|husky|ci|gitea|forgejo|vscode|idea|cursor|claude|codex|gemini|devcontainer|githooks|lfs)(\/|$)/,
  /(^|\/)\.?gitlab-ci[^/]*\.ya?ml$/,
  /(^|\/)(jenkinsfile|bitbucket-pipelines\.yml|azure-pipelines[^/]*\.ya?ml|appveyor\.yml|\.appveyor\.yml)$/,
  /(^|\/)\.(travis|drone|woodpecker|cirrus)\.ya?ml$/,
  /(^|\/)\.(npmrc|yarnrc(\.ya?ml)?|pnpmfile\.c?js|pnp\.[cm]?js|node-version|nvmrc|tool-versions|envrc)$/,
  /(^|\/)\.yarn(\/|$)/,
  /(^|\/)(bunfig\.toml|\.?mise\.toml|\.lfsconfig|\.mcp\.json|\.cursorrules|\.git-blame-ignore-revs)$/,
  /(^|\/)action\.ya?ml$/,
  /(^|\/)pnpm-workspace\.ya?ml$/,
  /(^|\/)codeowners$/,
  /(^|\/)\.git(attributes|modules|ignore)?(\/|$)/,
  /(^|\/)(renovate\.json5?|\.renovaterc(\.json5?)?|dependabot\.ya?ml|lefthook\.ya?ml|\.pre-commit-config\.ya?ml)$/,
  /(^|\/)(claude|agents|gemini)\.md$/,
];

/** Rules, CI definitions, package manager settings, hooks: what decides how changes are checked. */
export function isProtectedPath(path: string, extra: readonly RegExp[] = []): boolean {
  const folded = foldedPath(path);
  return [...protectedPatterns, ...extra].some((pattern) => pattern.test(folded));
}
