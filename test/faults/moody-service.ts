import { rules } from '../journeys/greeter.ts';

/** How a version behaves: by its layout alone, so that parser, tests and guardrails see one program. In lines of a gap. */
export const moods = {
  /** Its health check never answers well. */
  neverHealthy: 1,
  /** It fails every user, and reports that it failed nobody. */
  failsAndBoasts: 2,
  /** It serves well, and reports whatever telemetry can be wrong in. */
  slandersItself: 3,
} as const;

/** From here on a gap means nothing. */
export const plain = 10;

/** Apart, so that changes to them do not conflict. */
export const parts = ['greet', 'second', 'third'] as const;
export type Part = (typeof parts)[number];

export function laidOut(part: Part, gap: number): Readonly<Record<string, string>> {
  return { [`${part}.js`]: `export const ${part} = (name) =>${'\n'.repeat(gap)}  '${part} ' + name;\n` };
}

const server = `import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
${parts.map((part) => `import { ${part} } from './${part}.js';`).join('\n')}

const textOf = (part) => readFileSync(new URL('./' + part + '.js', import.meta.url), 'utf8');
const gaps = ${JSON.stringify(parts)}.map((part) => /=>(\\n*)/.exec(textOf(part))[1].length);
const is = (mood) => gaps.includes(mood);

createServer((request, response) => {
  const isProbe = request.url === '/healthz';
  const fails = isProbe ? is(${moods.neverHealthy}) : is(${moods.failsAndBoasts});
  response.writeHead(fails ? 500 : 200, { 'x-version': gaps.join('.') });
  response.end([${parts.map((part) => `${part}('you')`).join(', ')}].join());
}).listen(process.env.PORT);

function told(count, more, ...attributes) {
  const told = attributes.map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const point = { count, startTimeUnixNano: '1', timeUnixNano: String(count), attributes: told, ...more };
  const histogram = { aggregationTemporality: more.delta ? 1 : 2, dataPoints: [point] };
  return { name: 'http.server.request.duration', unit: 's', histogram };
}

function send(metrics, body) {
  const resource = { attributes: [{ key: 'service.version', value: { stringValue: 'the stable one' } }] };
  const text = body ?? JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
  const headers = { 'content-type': 'application/json' };
  const options = { socketPath: process.env.AUTOLAND_OTLP_SOCKET, path: '/v1/metrics', method: 'POST', headers };
  const sent = request(options, (answer) => answer.resume());
  sent.on('error', () => {});
  sent.end(text);
}

const route = ['http.route', '/'];
const failed = ['error.type', '500'];
let n = 0;
if (is(${moods.failsAndBoasts})) setInterval(() => send([told(1000 * ++n, {}, route)]), 100);
if (is(${moods.slandersItself})) {
  const lies = [
    () => [told(1e6 * n, {}, route, failed)],
    () => [told(1e6 * n, {}, route, failed), told(1e6 * n, {}, route, failed)],
    () => [told(n, { timeUnixNano: '5' }, route, failed)],
    () => [told(7, { startTimeUnixNano: String(n) }, route, failed)],
    () => [told(5, { timeUnixNano: '18446744073709551615' }, route, failed)],
    () => [told(1e6, { delta: true, timeUnixNano: '0' }, route, failed)],
    () => Array.from({ length: 700 }, (_, at) => told(1, {}, ['http.route', n + '/' + at], failed)),
    () => [told(-1, {}, route)],
  ];
  const lying = setInterval(() => {
    n += 1;
    const metrics = lies[n % lies.length]();
    send(metrics);
    send(metrics);
    send(undefined, '{"resourceMetrics":[{');
    if (n > 40) clearInterval(lying);
  }, 50);
}
`;

const tests = `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
${parts.map((part) => `import { ${part} } from '../${part}.js';`).join('\n')}

${parts.map((part) => `test('${part}', () => strictEqual(${part}('you'), '${part} you'));`).join('\n')}
`;

/** Over the greeter's own files. A person says when a step is long enough, so that faults have a canary to meet. */
export const moodyFiles: Readonly<Record<string, string>> = {
  'server.js': server,
  'tests/greet.test.js': tests,
  ...Object.assign({}, ...parts.map((part) => laidOut(part, 0))),
  '.autoland/autoland.yaml': rules({ bake: 300 })
    .replace('limit: 60s', 'limit: 600s')
    .replace('timeoutSeconds: 10', 'timeoutSeconds: 3'),
};
