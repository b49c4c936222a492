import { foldedPath } from './path-pattern.ts';

export { foldedPath } from './path-pattern.ts';

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

const toolFiles: readonly RegExp[] = [
  /(^|\/)[^/]+\.config(\.[^/.]+)?\.([cm]?[jt]s|jsonc?|ya?ml|toml)$/,
  /(^|\/)\.[^/]*(rc|ignore)(\.[a-z0-9]+)*$/,
  /(^|\/)[tj]sconfig[^/]*\.json$/,
  /(^|\/)(turbo|nx|lerna|rush|biome|deno|angular|vercel|firebase|nodemon|project|workspace)\.jsonc?$/,
  /(^|\/)(netlify|wrangler|fly|mise|bunfig|rust-toolchain)\.toml$/,
  /(^|\/)(gulpfile|gruntfile|rakefile|makefile|justfile|taskfile|brunchfile|jakefile|vagrantfile|procfile|snapcraft)(\.[^/]*)?$/,
  /(^|\/)[^/]*dockerfile[^/]*$|(^|\/)(docker-)?compose[^/]*\.ya?ml$|(^|\/)\.env([^/]*)$/,
  /(^|\/)(jest|vitest|karma|mocha|cypress|playwright)[.-](setup|global|workspace|preset|environment)[^/]*$/,
  /(^|\/)(setup-?tests?|test-?setup|global-?setup)\.[cm]?[jt]sx?$/,
  /\.(gypi?|cmake|tf|nix|sh|bash|zsh|ps1|bat|cmd)$|(^|\/)cmakelists\.txt$/,
];

/** What decides how tools build, check or run the project: none of it is what a change of a low-risk class is about. */
export function isToolFile(path: string): boolean {
  const folded = foldedPath(path);
  return toolFiles.some((pattern) => pattern.test(folded));
}

const generated =
  /(^|\/)(dist|vendor|third[_-]party|coverage|generated|__generated__)\/|\.min\.[a-z]+$|\.(bundle|generated|g)\.[cm]?[jt]sx?$|\.map$|[._]pb(_[a-z]+)?\.[a-z]+$/;

/** What a program writes, as far as a path tells. */
export function isGeneratedPath(path: string): boolean {
  return generated.test(foldedPath(path));
}
