import { isRecord, type JsonRecord } from './hostile-json.ts';

/** A script of a manifest; undefined: there is none, or what npm does not run. */
export function scriptOf(raw: JsonRecord, name: string): string | undefined {
  const scripts = Object.hasOwn(raw, 'scripts') ? raw.scripts : undefined;
  const script = isRecord(scripts) && Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  return typeof script === 'string' && script.trim() !== '' ? script : undefined;
}

/** What `npm init` writes is no test: it says so, and fails. */
export function testScriptOf(raw: JsonRecord): string | undefined {
  const script = scriptOf(raw, 'test');
  return script?.includes('no test specified') === true ? undefined : script;
}
