import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { joinModules } from './join-modules.ts';

/** The child of kit.ts: a directory of sources in, its files without their types out, the entries each as one. */
const { source, entries } = await readQuestion<{ source: string; entries: string[] }>();
const files = new Map<string, string>();
for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue;
  const text = stripTypeScriptTypes(readFileSync(join(source, path), 'utf8'));
  files.set(
    path.replace(/\.ts$/, '.js'),
    text.replaceAll(/(from '\.[^'\n]*)\.ts'/g, (_all, start: string) => `${start}.js'`),
  );
}
const whole = entries.map((entry) => [entry, joinModules(files, entry)] as const);
writeAnswer([...new Map([...files, ...whole])].map(([path, text]) => ({ path, text })));
