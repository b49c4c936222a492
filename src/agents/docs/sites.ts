import { brokenLink, type Site } from '../../stages/2-guardrails/documentation/broken.ts';
import { targetOf } from '../../stages/2-guardrails/documentation/target.ts';
import type { Readings } from './links.ts';

/** Settings of generators of sites: what lies in their folder is not read on GitHub alone, or not at all. */
const settings =
  /(^|\/)(_config\.ya?ml|docusaurus\.config\.\w+|mkdocs\.ya?ml|astro\.config\.\w+|\.eleventy\.c?js|eleventy\.config\.\w+|book\.toml|hugo\.(toml|ya?ml|json)|antora\.ya?ml|_sidebar\.md|(gatsby|next|nuxt)[.-]config\.\w+)$/;
const folders = /^(.*\/|)\.(vitepress|vuepress)\//;

/** Whether a generator makes pages of a document: it has its own root for links, and its own names for headings. */
export function onSites(paths: ReadonlySet<string>): (path: string) => boolean {
  const roots = new Set<string>();
  for (const path of paths) {
    const root =
      folders.exec(path)?.[1] ?? (settings.test(path) ? path.slice(0, path.lastIndexOf('/') + 1) : undefined);
    if (root !== undefined) roots.add(root);
  }
  const all = [...roots];
  return (path) => all.some((root) => path.startsWith(root));
}

/** Of a document's anchors so many may be dead before they are taken for those of another program. */
const fewDead = 3;

/** Documents of whose anchors so many are dead that another program than GitHub may name their headings. */
export function strangelyNamed(site: Site, readings: Readings): ReadonlySet<string> {
  const counts = new Map<string, { dead: number; live: number }>();
  for (const [path, { outline }] of readings) {
    for (const link of outline.links) {
      const target = targetOf(link.url, path, link.image);
      if (target.kind !== 'local' || target.fragment === '') continue;
      const count = counts.get(target.path) ?? { dead: 0, live: 0 };
      if (brokenLink(site, path, link)?.kind === 'dead-anchor') count.dead += 1;
      else count.live += 1;
      counts.set(target.path, count);
    }
  }
  const strange = [...counts].filter(([, { dead, live }]) => dead > fewDead && dead * 4 > live);
  return new Set(strange.map(([path]) => path));
}
