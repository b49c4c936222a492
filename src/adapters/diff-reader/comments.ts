import { parseSync } from 'oxc-parser';
import { Lexer } from 'yaml';

/** Offsets into the text. */
export type Span = { readonly from: number; readonly to: number };

/** Where the comments of a text are; undefined: it does not parse. */
export type CommentsOf = (path: string, text: string) => readonly Span[] | undefined;

export const programComments: CommentsOf = (path, text) => {
  const langs = /\.[cm]?js$/i.test(path) ? (['js', 'jsx'] as const) : ([undefined] as const);
  for (const lang of langs) {
    const { comments, errors } = parseSync(path, text, {
      sourceType: path.endsWith('.cjs') ? 'commonjs' : 'unambiguous',
      ...(lang === undefined ? {} : { lang }),
    });
    if (errors.length === 0) return comments.map(({ start, end }) => ({ from: start, to: end }));
  }
  return undefined;
};

/** Settings often have comments in what is named JSON. */
export const jsonComments: CommentsOf = (_path, text) => {
  try {
    JSON.parse(text);
    return [];
  } catch {
    const { comments, errors } = parseSync('a.js', `(${text}\n)`, { sourceType: 'module' });
    if (errors.length > 0) return undefined;
    return comments.map(({ start, end }) => ({ from: start - 1, to: end - 1 }));
  }
};

/** Signs of the lexer's own, which are no part of the text. */
const scalarSign = '\u001f';
const signs = ['\u0002', '\u0018', scalarSign];

export const yamlComments: CommentsOf = (_path, text) => {
  if (signs.some((sign) => text.includes(sign))) return undefined;
  const spans: Span[] = [];
  let at = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (signs.includes(token)) {
      isScalar = token === scalarSign;
      continue;
    }
    if (token.startsWith('#') && !isScalar) spans.push({ from: at, to: at + token.length });
    at += token.length;
    isScalar = false;
  }
  return at === text.length ? spans : undefined;
};
