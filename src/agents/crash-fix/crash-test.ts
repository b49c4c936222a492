import type { CrashCall, ReproducingTest } from '../../domain/crash-fix.ts';
import { decodeSource, findSource } from './call-source.ts';

/** A test that makes a recorded call again, for Node's own runner: whatever the project's is, this one is there. */
export function testOfCall(signature: string, call: CrashCall): ReproducingTest {
  const short = signature.replaceAll(/[^0-9a-f]/g, '').slice(0, 12);
  const path = `autoland-crash-${short}.test.mjs`;
  const name = `the call of crash ${short} ends without an error`;
  return {
    files: new Map([[path, source(name, call)]]),
    command: ['node', path],
    names: [name],
  };
}

/** DANGER: what was recorded is a stranger's. It stands in the program as JSON alone, which can hold no code. */
function source(name: string, { file, steps, args }: CrashCall): string {
  const [call, title] = [JSON.stringify({ file, steps, args }), JSON.stringify(name)];
  return `import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const { file, steps, args } = ${call};
${decodeSource}

${findSource}

test(${title}, async () => {
  const loaded = await import(pathToFileURL(resolve(import.meta.dirname, file)).href);
  const [receiver, target] = find(loaded, steps);
  if (typeof target !== 'function') throw new Error('what was called is not there');
  await Reflect.apply(target, receiver, args.map(decode));
});
`;
}
