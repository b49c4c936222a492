import { parseSync } from 'oxc-parser';
import { parseDocument } from 'yaml';

const mostBytes = 256 * 1024;

const leavesOut = /(?:^|[\s{([,:;<])(?:\.\.\.|…)(?=[\s})\],;>]|$)/;

/**
 * Why a sample of a program does not parse; null: it does. undefined: it is of no language that is known here, or too
 * large. Samples are parts of programs: what parses as a function's body or an object's value is right, too.
 * DANGER: the parser recurses on the native stack; deeply nested text ends the PROCESS. Call it in a child process only.
 */
export function faultOf(path: string, text: string): string | null | undefined {
  const language = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  if (text.length > mostBytes) return undefined;
  // Something is left out: nobody can say whether the rest of it is right.
  if (leavesOut.test(text)) return null;
  if (/^json[c5]?$/.test(language)) return jsonFault(text);
  if (/^ya?ml$/.test(language)) return yamlFault(text);
  return /^[cm]?[jt]sx?$/.test(language) ? programFault(language, text) : undefined;
}

function programFault(language: string, text: string): string | null {
  const forms = [
    text,
    `async function* _() {\n${text}\n}`,
    `(${text}\n)`,
    `[${text}\n]`,
    `({${text}\n})`,
    `class _ {\n${text}\n}`,
  ];
  // A sample in JavaScript often holds types or elements.
  const names = /x$/.test(language) ? ['a.tsx', 'a.jsx'] : ['a.ts', 'a.tsx', 'a.js', 'a.cjs'];
  let first: string | undefined;
  for (const name of names) {
    for (const form of forms) {
      const error = parseSync(name, form, { sourceType: name === 'a.cjs' ? 'script' : 'module' }).errors[0];
      if (error === undefined) return null;
      first ??= error.message;
    }
  }
  return first ?? 'it does not parse';
}

/** With comments and trailing commas, which samples have. */
function jsonFault(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const members = [`(${text}\n)`, `({${text}\n})`, text];
    if (text.trim().split('\n').every(isJson)) return null;
    const isClear = members.some(
      (form) => parseSync('a.js', form, { sourceType: 'module' }).errors.length === 0,
    );
    return isClear ? null : error instanceof Error ? error.message : 'it does not parse';
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function yamlFault(text: string): string | null {
  for (const part of text.split(/^---(?=\s|$)/m)) {
    const [error] = parseDocument(part, { prettyErrors: false, uniqueKeys: true, logLevel: 'silent' }).errors;
    if (error !== undefined) return error.message;
  }
  return null;
}
