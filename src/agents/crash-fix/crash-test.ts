import type { CrashCall, ReproducingTest } from '../../domain/crash-fix.ts';

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
const specials = { undefined: undefined, NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 };

function decode(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  if ('o' in value) return Object.fromEntries(value.o.map(([key, inside]) => [key, decode(inside)]));
  if ('n' in value) return BigInt(value.n);
  if ('d' in value) return new Date(value.d);
  return value.s === 'Invalid Date' ? new Date(NaN) : specials[value.s];
}

test(${title}, async () => {
  const loaded = await import(pathToFileURL(resolve(import.meta.dirname, file)).href);
  let receiver;
  let target = steps.length > 0 && steps[0] in loaded ? loaded : loaded.default;
  for (const step of steps) [receiver, target] = [target, target[step]];
  if (typeof target !== 'function') throw new Error('what was called is not there');
  await Reflect.apply(target, receiver, args.map(decode));
});
`;
}
