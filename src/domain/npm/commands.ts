import { posix } from 'node:path';
import { isRecord } from './hostile-json.ts';

/**
 * Command -> file, as npm reads a manifest's `bin`: a text is one command of the package's own name, a command's name has
 * no folders, and no file lies outside the package. https://docs.npmjs.com/cli/configuring-npm/package-json#bin
 */
export function commandsOf(name: string, bin: unknown): Readonly<Record<string, string>> {
  const list = Array.isArray(bin) ? bin.map((file) => [String(file), file]) : undefined;
  const pairs =
    typeof bin === 'string' ? [[name, bin]] : (list ?? (isRecord(bin) ? Object.entries(bin) : []));
  const commands: [string, string][] = [];
  for (const [command, file] of pairs) {
    const called = posix.join('/', posix.basename(String(command).replace(/\\|:/g, '/'))).slice(1);
    if (called === '' || called === '__proto__' || typeof file !== 'string') continue;
    const inside = posix.join('/', file.replaceAll('\\', '/')).slice(1);
    if (inside !== '') commands.push([called, inside]);
  }
  return Object.fromEntries(commands);
}
