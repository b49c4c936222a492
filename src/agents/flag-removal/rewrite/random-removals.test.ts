import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseSource } from '../../../adapters/prover/parse.ts';
import { answerFlags } from '../../../flag-off/compare.ts';
import { removeFlag } from './remove-flag.ts';

const parse = (path: string, text: string) => parseSource(path, text).program;
const parseWritten = (path: string, text: string) =>
  parseSource(path, text, { preserveParens: true }).program;

const path = 'src/a.ts';
const header = `import { OpenFeature } from '@openfeature/web-sdk';\nconst client = OpenFeature.getClient();\n`;
const flag = `client.getBooleanValue('new', false)`;

type Pieces = { readonly number: string; readonly test: string; readonly statement: string };

/** Statements over `x` and `y`, with the flag wherever a truth may stand. */
const pieces = fc.letrec<Pieces>((tie) => {
  const [number, test, statement] = [tie('number'), tie('test'), tie('statement')];
  const depth = { depthSize: 'small', maxDepth: 4 } as const;
  return {
    number: fc.oneof(
      depth,
      fc.constantFrom('x', 'y', '1', '7'),
      fc.tuple(number, fc.constantFrom('+', '-', '*'), number).map((parts) => `(${parts.join(' ')})`),
      fc.tuple(test, number, number).map(([t, a, b]) => `(${t} ? ${a} : ${b})`),
      number.map((n) => `log(${n})`),
    ),
    test: fc.oneof(
      depth,
      { weight: 3, arbitrary: fc.constantFrom(flag, 'on', 'isOn()', 'both') },
      fc.tuple(number, fc.constantFrom('<', '>='), number).map((parts) => parts.join(' ')),
      fc.tuple(test, fc.constantFrom('&&', '||'), test).map((parts) => `(${parts.join(' ')})`),
      test.map((t) => `!(${t})`),
      fc
        .tuple(fc.constantFrom(flag, 'on'), fc.constantFrom('===', '!=='))
        .map((parts) => `${parts.join(' ')} true`),
    ),
    statement: fc.oneof(
      depth,
      number.map((n) => `log(${n});`),
      fc.tuple(fc.constantFrom('x', 'y'), number).map(([name, n]) => `${name} = ${n} % 50;`),
      fc.tuple(test, statement).map(([t, s]) => `if (${t}) ${s}`),
      fc.tuple(test, statement, statement).map(([t, s, u]) => `if (${t}) {\n  ${s}\n} else {\n  ${u}\n}`),
      fc.tuple(test, statement, statement).map(([t, s, u]) => `if (${t}) { ${s} } else if (x > 3) { ${u} }`),
      fc.tuple(statement, statement).map(([s, u]) => `{\n${s}\n${u}\n}`),
      fc.tuple(test, number).map(([t, n]) => `if (${t}) return ${n};`),
      fc.tuple(test, statement).map(([t, s]) => `{ const z = x; if (${t}) { const q = z; log(q); }\n${s} }`),
      fc
        .tuple(number, test, statement, statement)
        .map(
          ([n, t, s, u]) =>
            `switch (${n}) {\n case 1: if (${t}) { ${s} break; } ${u}\n case 7: log(2); break;\n default: ${s}\n}`,
        ),
      fc
        .tuple(test, statement)
        .map(([t, s]) => `for (let i = 0; i < 2; i += 1) { if (${t}) continue; ${s} }`),
      test.map((t) => `${t} && log(5);`),
    ),
  };
});

const programs = fc
  .array(pieces.statement, { minLength: 1, maxLength: 6 })
  .map((lines) =>
    [
      'export function run(log, x, y) {',
      `  const on = ${flag};`,
      `  const isOn = () => ${flag};`,
      '  const both = on && x > 2;',
      ...lines,
      '  return x + y;',
      '}',
      '',
    ].join('\n'),
  );

/** What it logs and answers with the flag at this value. */
function trace(text: string, value: boolean, [x, y]: readonly [number, number]): unknown {
  const body = text.replace(header, '').replace('export ', '');
  const make: unknown = new Function('client', `${body}\nreturn run;`);
  if (typeof make !== 'function') throw new Error('not a function');
  const seen: unknown[] = [];
  const log = (value: number) => {
    seen.push(value);
    return seen.length;
  };
  const answer: unknown = make({ getBooleanValue: () => value })(log, x, y);
  return { seen, answer };
}

const inputs = fc.array(fc.tuple(fc.integer({ min: -3, max: 9 }), fc.integer({ min: -3, max: 9 })), {
  minLength: 4,
  maxLength: 8,
});

function removed(text: string, value: boolean) {
  const question = { key: 'new', value, files: [{ path, text }], paths: [path], helpers: [] };
  return removeFlag(question, { parse, parseWritten });
}

function judge(base: string, head: string) {
  return answerFlags({ files: [{ path, base, head }], others: [], paths: [path], helpers: [] }, parse);
}

it('runs as the old program with the flag at that value, and is proved to', () => {
  const counts = { removed: 0, cannot: 0 };
  fc.assert(
    fc.property(programs, inputs, fc.boolean(), (body, tried, value) => {
      const text = header + body;
      const answer = removed(text, value);
      counts[answer.kind] += 1;
      if (answer.kind === 'cannot') return;
      const head = answer.files[0]?.text ?? '';
      expect(head).not.toMatch(/autolandFlag|getBooleanValue|OpenFeature/);
      const judged = judge(text, head);
      expect(judged).toMatchObject({ removed: ['new'], doubts: [], wants: [] });
      // Where it is the old program at both values, the comparison says the first.
      expect(judged.restores).toMatch(value ? /^on$/ : /^o(n|ff)$/);
      for (const input of tried) expect(trace(head, value, input)).toEqual(trace(text, value, input));
    }),
    { numRuns: 120 },
  );
  expect(counts.removed).toBeGreaterThan(counts.cannot);
});

/** Small edits of a text, of which most change what it does. */
const slips: readonly (readonly [RegExp, string])[] = [
  [/\b7\b/g, '8'],
  [/\b1\b/g, '2'],
  [/ \+ /g, ' - '],
  [/ < /g, ' >= '],
  [/&&/g, '||'],
  [/log\(/g, '('],
  [/\bx\b/g, 'y'],
  [/!\(/g, '('],
  [/\bconst\b/g, 'let'],
  [/^.*;$/gm, ''],
  [/^( *)(\S.*;)$/gm, '$1$2 $2'],
  [/\b(return|continue|break)\b.*;/g, ''],
];

function slip(text: string, [kind, place]: readonly [number, number]): string {
  const [pattern, put] = slips[kind % slips.length] ?? [/$^/g, ''];
  const found = [...text.matchAll(pattern)];
  const wanted = found[place % Math.max(1, found.length)];
  let at = -1;
  return text.replace(pattern, (match, ...rest: unknown[]) => {
    at += 1;
    const made = put.replaceAll(/\$(\d)/g, (_, group) => String(rest[Number(group) - 1]));
    return found[at] === wanted ? made : match;
  });
}

it('is proved of nothing that runs differently', () => {
  const counts = { proved: 0, refused: 0 };
  fc.assert(
    fc.property(programs, inputs, fc.tuple(fc.nat(1_000), fc.nat(1_000)), (body, tried, wish) => {
      const text = header + body;
      const answer = removed(text, true);
      if (answer.kind === 'cannot') return;
      const head = slip(answer.files[0]?.text ?? '', wish);
      let restores: string | undefined;
      try {
        restores = judge(text, head).restores;
      } catch {
        return;
      }
      counts[restores === 'on' ? 'proved' : 'refused'] += 1;
      if (restores === 'on')
        for (const input of tried) expect(trace(head, true, input)).toEqual(trace(text, true, input));
    }),
    { numRuns: 120 },
  );
  expect(counts.refused).toBeGreaterThan(counts.proved);
});
