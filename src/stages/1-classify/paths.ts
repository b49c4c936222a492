import { foldedPath } from '../../domain/path-kinds.ts';

export { foldedPath, isDocumentPath, isSourcePath } from '../../domain/path-kinds.ts';

/** What coding agents take for standing orders: a document that lands alone must not tell the next agent what to do. */
const agentPatterns: readonly RegExp[] = [
  /(^|\/)((claude|agents?)(\.local|\.override)?|gemini|qwen|crush|warp|skill)\.md$/,
  /\.(instructions|prompt|chatmode|agent)\.md$/,
  /(^|\/)\.(agents?|amazonq|augment|cline|clinerules|continue|factory|goose|junie|kiro|opencode|openhands|qwen|roo|roorules[^/]*|trae|windsurf|zed)(\/|$)/,
  /(^|\/)\.(windsurfrules|continuerules|goosehints|augment-guidelines|rules|aider\.conf\.ya?ml)$/,
  /(^|\/)\.?(opencode|crush)\.jsonc?$/,
];

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
  ...agentPatterns,
];

/** Rules, CI definitions, package manager settings, hooks: what decides how changes are checked. */
export function isProtectedPath(path: string, extra: readonly RegExp[] = []): boolean {
  const folded = foldedPath(path);
  return [...protectedPatterns, ...extra].some((pattern) => pattern.test(folded));
}
