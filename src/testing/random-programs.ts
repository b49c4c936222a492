import fc from 'fast-check';
import type { Primitive } from '../proof/core.ts';
import type { Arithmetic } from '../proof/smt-terms.ts';

/** A program of the subset, in TypeScript and as an engine takes it. */
export type RandomProgram = { readonly typescript: string; readonly javascript: string };

const parameters = '(a: number, b: number, p: boolean, s: "x" | "y" | "z")';
const helperParameters = '(u: number, v: boolean)';

type Pieces = { readonly number: string; readonly test: string; readonly statement: string };

/** Random programs whose function `f` takes two numbers, a boolean and a text. */
export function randomPrograms(arithmetic: Arithmetic): fc.Arbitrary<RandomProgram> {
  const inner = pieces(arithmetic, ['u', '2'], 'v', () => fc.constant('u'));
  const outer = pieces(arithmetic, ['a', 'b', 'x'], 'p', (number, test) =>
    fc.tuple(number, test).map(([u, v]) => `h(${u}, ${v})`),
  );
  return fc
    .tuple(inner.statement, inner.number, outer.statement, outer.statement, outer.number)
    .map(([help, answer, first, second, last]) => {
      const helper = `{ let x = u; let q = v; const s = "y"; ${help} return ${answer}; }`;
      const body = `{ let x = a; let q = !p; ${first} ${second} return ${last}; }`;
      const write = (ofF: string, ofH: string) => `function h${ofH} ${helper}\nfunction f${ofF} ${body}\n`;
      return {
        typescript: write(parameters, helperParameters),
        javascript: `${write('(a, b, p, s)', '(u, v)')}return f;`,
      };
    });
}

type Call = (number: fc.Arbitrary<string>, test: fc.Arbitrary<string>) => fc.Arbitrary<string>;

function pieces(arithmetic: Arithmetic, names: readonly string[], flag: string, call: Call) {
  const depth = { depthSize: 'small', maxDepth: 3 } as const;
  return fc.letrec<Pieces>((tie) => {
    const number = tie('number');
    const test = tie('test');
    const statement = tie('statement');
    const two = fc.tuple(number, number);
    const constants =
      arithmetic === 'integer'
        ? fc.integer({ min: -9, max: 120 })
        : fc.constantFrom(0.1, -0, 2.5, 1e16, 3, -7);
    const leaf = fc.oneof(
      fc.constantFrom(...names),
      constants.map((value) => (Object.is(value, -0) ? '(-0)' : `(${value})`)),
    );
    const divisor = fc.integer({ min: 1, max: 30 });
    const quotient =
      arithmetic === 'integer'
        ? fc
            .tuple(fc.constantFrom('Math.floor', 'Math.ceil', 'Math.trunc'), number, divisor)
            .map(([f, n, d]) => `${f}(${n} / ${d})`)
        : two.map(([m, n]) => `(${m} / ${n})`);
    const wholeOnly = fc.tuple(number, divisor).map(([n, d]) => `(${n} % ${d})`);
    const floatOnly = fc
      .tuple(fc.constantFrom('Math.floor', 'Math.ceil', 'Math.trunc'), number)
      .map(([f, n]) => `${f}(${n})`);
    return {
      number: fc.oneof(
        depth,
        leaf,
        fc.tuple(two, fc.constantFrom('+', '-', '*')).map(([[m, n], op]) => `(${m} ${op} ${n})`),
        fc.tuple(two, fc.constantFrom('min', 'max')).map(([[m, n], op]) => `Math.${op}(${m}, ${n})`),
        fc.tuple(fc.constantFrom('-', 'Math.abs'), number).map(([op, n]) => `${op}(${n})`),
        fc.tuple(test, two).map(([t, [m, n]]) => `(${t} ? ${m} : ${n})`),
        quotient,
        arithmetic === 'integer' ? wholeOnly : floatOnly,
        call(number, test),
      ),
      test: fc.oneof(
        depth,
        fc.constantFrom(flag, 'q', 's === "x"', 's !== "y"'),
        fc
          .tuple(two, fc.constantFrom('<', '<=', '>', '>=', '===', '!=='))
          .map(([[m, n], op]) => `(${m} ${op} ${n})`),
        fc.tuple(test, fc.constantFrom('&&', '||'), test).map(([m, op, n]) => `(${m} ${op} ${n})`),
        test.map((t) => `!(${t})`),
        number.map((n) => `!(${n})`),
        fc
          .tuple(fc.constantFrom('isInteger', 'isSafeInteger', 'isNaN', 'isFinite'), number)
          .map(([f, n]) => `Number.${f}(${n})`),
      ),
      statement: fc.oneof(
        depth,
        fc.tuple(fc.constantFrom('=', '+=', '-='), number).map(([op, n]) => `x ${op} ${n};`),
        test.map((t) => `q = ${t};`),
        fc.constantFrom('x++;', '{ let q = 3; x = q; }', ';'),
        fc.tuple(test, statement, statement).map(([t, y, n]) => `if (${t}) { ${y} } else { ${n} }`),
        fc.tuple(test, statement).map(([t, y]) => `if (${t}) { ${y} }`),
        fc.tuple(statement, statement).map(([one, other]) => `${one} ${other}`),
        fc
          .tuple(statement, statement, statement, test)
          .map(
            ([x, y, z, t]) =>
              `switch (s) { case "x": { ${x} } case "y": { ${y} if (${t}) break; x = 1; break; } default: { ${z} } }`,
          ),
        fc
          .tuple(number, statement, statement)
          .map(([n, y, z]) => `switch (${n}) { default: { ${y} } break; case 0: case -1: { ${z} } }`),
        number.map((n) => `if (q) { return ${n}; }`),
        fc.tuple(test, number).map(([t, n]) => `if (${t}) { throw new RangeError(\`n \${${n}}\`); }`),
        fc.constant('if (q) throw new Error("no");'),
      ),
    };
  });
}

export function randomInputs(arithmetic: Arithmetic): fc.Arbitrary<readonly Primitive[]> {
  const number =
    arithmetic === 'integer'
      ? fc.integer({ min: -1000, max: 1000 })
      : fc.oneof(fc.double(), fc.constantFrom(0, -0, 2.5, -1));
  return fc.tuple(number, number, fc.boolean(), fc.constantFrom('x', 'y', 'z'));
}
