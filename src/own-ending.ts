/** How the files of this program's own modules end: they run as they are written, or as `npm run build` has made them. */
export const ownEnding = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
