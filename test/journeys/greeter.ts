/** The smallest service that can be landed on: no packages, one test, a rollout of seconds. */
export const greeter: Readonly<Record<string, string>> = {
  'package.json': `${JSON.stringify({ name: 'greeter', version: '1.0.0', private: true, type: 'module' })}\n`,
  'README.md': '# Greeter\n\nSays hello.\n',
  'greet.js': "export const greet = (name) => 'hello ' + name;\n",
  'server.js': `import { createServer } from 'node:http';
import { greet } from './greet.js';

createServer((request, response) => {
  response.end(request.url === '/healthz' ? 'ok' : greet('you'));
}).listen(process.env.PORT);
`,
  'tests/greet.test.js': `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { greet } from '../greet.js';

test('greets', () => strictEqual(greet('you'), 'hello you'));
`,
  '.autoland/autoland.yaml': rules(),
  '.autoland/policy.cedar': `@id("anything")
@reason("whatever passed its guardrails")
permit (principal, action, resource);
`,
};

export type RulesWish = {
  readonly levels?: Readonly<Record<string, string>>;
  /** Seconds that a step lasts at least. */
  readonly bake?: number;
  readonly steps?: readonly string[];
  /** How long what everybody has is watched; absent: not at all. */
  readonly watch?: string;
};

/** `.autoland/autoland.yaml`. The ceiling is high, so that 20 users without a failure suffice. */
export function rules(wish: RulesWish = {}): string {
  const levels = {
    lint: 'deploy',
    docs: 'deploy',
    revert: 'deploy',
    'dependency-patch': 'deploy',
    ...wish.levels,
  };
  const bake = wish.bake ?? 1;
  const steps = (wish.steps ?? ['50%']).map(
    (share) => `    - { share: ${share}, exclude: 20, limit: 60s, bake: ${bake}s }`,
  );
  return [
    'version: 1',
    'branch: main',
    'commands: { install: null, test: [node, --test], testSeconds: 60 }',
    'autonomy:',
    ...Object.entries(levels).map(([name, level]) => `  ${name}: ${level}`),
    'limits: { perDay: 1000 }',
    'service:',
    '  name: greeter',
    '  command: [node, server.js]',
    '  health: { path: /healthz, timeoutSeconds: 10 }',
    '  memoryMiB: 256',
    '  graceSeconds: 0',
    'rollout:',
    ...(wish.watch === undefined ? ['  watch: null'] : [`  watch: { for: ${wish.watch} }`]),
    '  alpha: 0.001',
    '  ceiling: 0.4',
    '  lookSeconds: 0.2',
    '  steps:',
    ...steps,
    '',
  ].join('\n');
}

let reformats = 0;

/** A change of layout alone, each time another one: class lint. */
export function reformatted(): Readonly<Record<string, string>> {
  reformats += 1;
  const gap = '\n'.repeat(reformats);
  return { 'greet.js': `export const greet = (name) =>${gap}  'hello ' + name;\n` };
}
