import { type ApiQuestion, type ApiSight, isTyped } from '../../domain/api.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { compareCode } from './compare-code.ts';

/** A child of child-api-reader.ts: its question in, the comparison out. */
const question = await readQuestion<ApiQuestion>();
// Only where there is something to lose: the type checker alone takes longer to load than all code to read.
const wasDeclared = question.subpaths.length > 0 && question.old.some(({ path }) => isTyped(path));
const { compareDeclarations } = wasDeclared ? await import('./compare-declarations.ts') : {};
const declared = compareDeclarations?.(question) ?? { breaks: [], seen: [], foreign: [] };
const rest = question.entries.filter(({ subpath }) => !declared.seen.includes(subpath));
const code = compareCode({ ...question, entries: rest });
const how = (subpath: string): ApiSight['how'] => {
  if (declared.seen.includes(subpath)) return 'types';
  if (code.seen.includes(subpath)) return 'code';
  return code.neither.includes(subpath) ? 'neither' : 'nothing';
};
const subpaths = new Set([...question.subpaths, ...rest.map(({ subpath }) => subpath)]);
const sights = [...subpaths].map((subpath): ApiSight => ({ subpath, how: how(subpath) }));
writeAnswer({ breaks: [...declared.breaks, ...code.breaks], sights, foreign: declared.foreign });
