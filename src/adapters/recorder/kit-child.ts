import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { readQuestion, writeAnswer } from '../json-child.ts';

/** The child of kit.ts: a directory of sources in, its files without their types out. */
const source = await readQuestion<string>();
const files: { path: string; text: string }[] = [];
for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue;
  const text = stripTypeScriptTypes(readFileSync(join(source, path), 'utf8'));
  files.push({
    path: path.replace(/\.ts$/, '.js'),
    text: text.replaceAll(/(from '\.[^'\n]*)\.ts'/g, (_all, start: string) => `${start}.js'`),
  });
}
writeAnswer(files);
