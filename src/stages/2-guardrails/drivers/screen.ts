import type { Driver } from '../../../domain/driver.ts';

/** Of one driver, in characters. */
export const mostText = 8 * 1024;

const always = ['node:test', 'node:assert', 'node:assert/strict'];

/** What a client of a package has no business with, however it is spelt; strings and comments count too. */
const reaching =
  /\b(?:process|global|globalThis|eval|Function|constructor|Reflect|Proxy|fetch|WebSocket|EventSource|Worker|WebAssembly|navigator|getBuiltinModule|__proto__|__dirname|__filename)\b|\bimport\s*\.\s*meta\b|\bmodule\s*\.(?!\s*exports\b)/;

const loading = /\b(?:import|require)\b/g;
/** What follows either of them: the literal name of a module. */
const naming =
  /^(?:\s*\(\s*(['"])(?<called>[^'"\\\n]+)\1\s*\)|(?:[\s\w$,{}*]*?\bfrom)?\s*(['"])(?<stated>[^'"\\\n]+)\3)/;

/**
 * Why a driver is not run at all; undefined: it may be. Only a first look, that costs nothing: what a driver does is seen when it runs
 * where it can do no harm.
 */
export function screen({ text }: Driver, packages: readonly string[]): string | undefined {
  if (text.length > mostText) return `it has ${text.length} characters, over ${mostText}`;
  const plain = decoded(text);
  const found = reaching.exec(plain)?.[0];
  if (found !== undefined) return `it names ${found}`;
  const modules = [...plain.matchAll(loading)].map(({ index, 0: word }) => {
    const { called, stated } = naming.exec(plain.slice(index + word.length))?.groups ?? {};
    return called ?? stated;
  });
  if (modules.includes(undefined)) return 'it loads a module that it does not name';
  const names = modules.filter((name) => name !== undefined);
  const foreign = names.find((name) => !always.includes(name) && !isOf(name, packages));
  if (foreign !== undefined) return `it loads ${foreign.slice(0, 100)}`;
  return names.some((name) => isOf(name, packages)) ? undefined : 'it loads nothing that changes';
}

function isOf(module: string, packages: readonly string[]): boolean {
  return packages.some(
    (name) => module === name || (module.startsWith(`${name}/`) && !module.split('/').includes('..')),
  );
}

/** Names may be written with escapes. */
function decoded(text: string): string {
  const escapes = /\\u\{([0-9a-fA-F]{1,6})\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})/g;
  return text.replaceAll(escapes, (whole, long?: string, four?: string, two?: string) => {
    const code = Number.parseInt(long ?? four ?? two ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
