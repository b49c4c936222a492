import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/** Usage: kit-child.ts SOURCE TARGET: the sources without their types. */
const [source, target] = process.argv.slice(2);
if (source === undefined || target === undefined) throw new Error('expected a source and a target directory');

for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue;
  const text = stripTypeScriptTypes(readFileSync(join(source, path), 'utf8'));
  const file = join(target, path.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    text.replaceAll(/(from '\.[^'\n]*)\.ts'/g, (_all, start: string) => `${start}.js'`),
  );
}
