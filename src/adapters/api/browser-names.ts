import { dirname } from 'node:path/posix';
import ts from 'typescript';

/**
 * Whether declarations may speak of what only browsers have. To read that takes half of all that TypeScript does for a small
 * package. `false` is sure: none of the names stands where one could be meant.
 */
export function mayNameBrowser({ fileName, text }: ts.SourceFile): boolean {
  // What a source answers is inferred from all that it does.
  if (!/\.d\.[cm]?ts$/.test(fileName) || hidden.test(text)) return true;
  names ??= browserNames();
  return mayName(text, names);
}

type Names = { readonly types: ReadonlySet<string>; readonly values: ReadonlySet<string> };

// Of TypeScript's own declarations, which stay as they are while this runs.
let names: Names | undefined;

/** What leads to globals without their names; and templates, within which names would have to be looked for in another way. */
const hidden = /`|\bglobalThis\b|\bimport\s*\.\s*meta\b/;

function mayName(text: string, { types, values }: Names): boolean {
  const asksForTypes = text.includes('typeof');
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, text);
  let last = '';
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (values.has(last) && (asksForTypes || !declares.has(token))) return true;
    last = token === ts.SyntaxKind.Identifier ? scanner.getTokenValue() : '';
    if (types.has(last)) return true;
  }
  return values.has(last);
}

/** After a name of its own: of a parameter, a property or a method. */
const declares: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ColonToken,
  ts.SyntaxKind.QuestionToken,
  ts.SyntaxKind.OpenParenToken,
]);

/** Of values alone, which such as `name` and `close` are: a declaration can only mean them in few places. */
function browserNames(): Names {
  const path = `${dirname(ts.getDefaultLibFilePath({}))}/lib.dom.d.ts`;
  const text = ts.sys.readFile(path);
  if (text === undefined) throw new Error(`expected TypeScript's own declarations in ${path}`);
  const [types, values] = [new Set<string>(), new Set<string>()];
  for (const [, kind = '', name = ''] of text.matchAll(declaration))
    (kinds.has(kind) ? types : values).add(name);
  return { types, values };
}

const kinds: ReadonlySet<string> = new Set(['interface', 'type', 'class', 'namespace', 'enum']);
const declaration =
  /^(?:declare )?(interface|type|class|namespace|enum|var|let|const|function) ([A-Za-z_$][\w$]*)/gm;
