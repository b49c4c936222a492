import type { Proof } from '../domain/proof.ts';
import type { SourcePair } from '../domain/syntax.ts';

export type ProofCase = {
  readonly name: string;
  readonly kind: 'right' | 'wrong' | 'contract' | 'fp64' | 'outside';
  /** Of the function `f`. */
  readonly pair: SourcePair;
  readonly expected: Proof['verdict'];
};

function make(
  kind: ProofCase['kind'],
  name: string,
  expected: Proof['verdict'],
  [contract, base, head]: readonly [contract: string, base: string, head: string],
): ProofCase {
  const around = (text: string) => text.replace('export', `/**\n * @critical\n${contract}\n */\nexport`);
  return { name, kind, expected, pair: { path: 'f.ts', base: around(base), head: around(head) } };
}

const whole = ' * @requires Number.isSafeInteger(n) && n >= 0 && n <= 1000000000';

const fee = `export function f(n: number, plan: 'free' | 'pro'): number {
  if (n === 0) return 0;
  const fee = Math.floor((n * 29) / 1000) + 30;
  if (plan === 'pro') return n - Math.floor(fee / 2);
  return n - fee;
}`;
const feeAnew = `type Plan = 'free' | 'pro';
const PERMILLE = 29;
export const f = (n: number, plan: Plan): number => {
  if (!n) return 0;
  switch (plan) {
    case 'pro':
      return n - Math.floor(feeOf(n) / 2);
    default:
      return n - feeOf(n);
  }
};
function feeOf(amount: number): number {
  return 30 + Math.floor((PERMILLE * amount) / 1000);
}`;
const tiers = `export function f(n: number): number {
  if (n < 0) throw new RangeError('negative');
  if (n < 100) return 0;
  if (n < 1000) return 5;
  return 10;
}`;
const share = `export function f(n: number): number {
  const first = Math.floor(n / 3);
  return first + Math.floor((n - first) / 2) + 1;
}`;
const clamp = `export const f = (n: number, low: number, high: number) => (n < low ? low : n > high ? high : n);`;
const between = ` * @requires low <= high && !Number.isNaN(n)
 * @ensures result >= low && result <= high`;
const access = `export function f(owner: boolean, admin: boolean, locked: boolean, role: 'reader' | 'writer'): boolean {
  return (owner || admin) && !(locked && !admin) && (role === 'writer' || admin);
}`;

/** Refactorings and mistakes as they are made, with what can be said of them. */
export const proofCases: readonly ProofCase[] = [
  make('right', 'a helper, a constant and a switch for arithmetic and an if', 'proved', [
    whole,
    fee,
    feeAnew,
  ]),
  make('right', 'guards in another order, and a ternary', 'proved', [
    ' * @requires Number.isSafeInteger(n)',
    tiers,
    `export const f = (n: number) => { if (n >= 0) { return n >= 1000 ? 10 : n >= 100 ? 5 : 0; } throw new RangeError('negative'); };`,
  ]),
  make('right', 'De Morgan over four inputs', 'proved', [
    '',
    access,
    access.replace(
      /return .*;/,
      `if (admin) return true; if (locked || !owner) return false; return role === 'writer';`,
    ),
  ]),
  make('right', 'a remainder for a floor', 'proved', [
    whole,
    `export const f = (n: number) => n - 60 * Math.floor(n / 60);`,
    `export const f = (n: number) => n % 60;`,
  ]),
  make('right', 'a message that is the same', 'proved', [
    whole,
    `export function f(n: number) { if (n > 10) throw new Error(\`\${n} is too many\`); return n; }`,
    `export function f(n: number) { const over = n - 10; if (!(over <= 0)) throw new Error(\`\${over + 10} is too many\`); return n; }`,
  ]),
  make('wrong', 'rounded before it is added', 'refuted', [
    whole,
    fee,
    fee.replace('Math.floor((n * 29) / 1000) + 30', 'Math.floor((n * 29) / 1000 + 30.5)'),
  ]),
  make('wrong', 'a boundary that moves by one', 'refuted', [
    ' * @requires Number.isSafeInteger(n)',
    tiers,
    tiers.replace('n < 1000', 'n <= 1000'),
  ]),
  make('wrong', 'one input in a billion', 'refuted', [
    whole,
    share,
    share.replace('return', 'if (n * 7 === 5040707056 - 7) return 0; return'),
  ]),
  make('wrong', 'another error', 'refuted', [
    ' * @requires Number.isSafeInteger(n)',
    tiers,
    tiers.replace('RangeError', 'TypeError'),
  ]),
  make('wrong', 'a lock that no longer holds', 'refuted', [
    '',
    access,
    access.replace('!(locked && !admin)', '!(locked && !owner)'),
  ]),
  make('wrong', 'a switch that falls through', 'refuted', [
    whole,
    `export function f(n: number) { let x = 0; switch (n) { case 1: x = 5; break; case 2: x = 7; } return x; }`,
    `export function f(n: number) { let x = 0; switch (n) { case 1: x = 5; case 2: x = 7; } return x; }`,
  ]),
  make('wrong', 'what NaN makes of a comparison', 'refuted', [
    '',
    `export const f = (a: number, b: number) => (a < b ? a : b);`,
    `export const f = (a: number, b: number) => (a >= b ? b : a);`,
  ]),
  make('contract', 'a clamp that clamps', 'proved', [
    between,
    clamp,
    clamp.replace('n < low ? low : n > high ? high : n', 'Math.min(Math.max(n, low), high)'),
  ]),
  make('contract', 'a clamp that does not', 'refuted', [
    between,
    clamp,
    clamp.replace('high ? high', 'high ? low + high'),
  ]),
  make('contract', 'a fee within its amount', 'proved', [
    ` * @requires Number.isSafeInteger(n) && n >= 100 && n <= 1000000000
 * @ensures result >= 0 && result <= n`,
    `export const f = (n: number) => 0;`,
    `export const f = (n: number) => Math.min(n, Math.ceil((n * 15) / 100) + 25);`,
  ]),
  make('fp64', 'branches in another order', 'proved', [
    '',
    `export function f(a: number, b: number) { if (Number.isNaN(a)) return 0; if (a > b) return 1; return -1; }`,
    `export const f = (a: number, b: number) => (a !== a ? 0 : b < a ? 1 : -1);`,
  ]),
  make('fp64', 'min by hand', 'proved', [
    ' * @requires !Number.isNaN(a) && !Number.isNaN(b)',
    `export const f = (a: number, b: number) => (a < b ? a : b);`,
    `export const f = (a: number, b: number) => Math.min(a, b);`,
  ]),
  make('fp64', 'a product that distributes over whole numbers only', 'refuted', [
    '',
    `export const f = (a: number, b: number) => a * (b + 1);`,
    `export const f = (a: number, b: number) => a * b + a;`,
  ]),
  make('fp64', 'a rate that is added up in another order', 'refuted', [
    '',
    `export const f = (a: number) => a * 0.1 + a * 0.2;`,
    `export const f = (a: number) => a * 0.3;`,
  ]),
  make('fp64', 'a product of two inputs, turned round', 'proved', [
    '',
    `export const f = (a: number, b: number) => a * b + a;`,
    `export const f = (a: number, b: number) => a + b * a;`,
  ]),
  make('fp64', 'Math.round, for which no encoding is known', 'unknown', [
    '',
    `export const f = (a: number, b: number) => Math.round(a * 100 * b) / 100;`,
    `export const f = (a: number, b: number) => Math.round(100 * a * b) / 100;`,
  ]),
  make('outside', 'numbers that may grow too large', 'unknown', [
    ' * @requires Number.isSafeInteger(n)',
    `export const f = (n: number) => n * 3 + n;`,
    `export const f = (n: number) => n * 4;`,
  ]),
  make('outside', 'a loop', 'unsupported', [
    whole,
    `export function f(n: number) { return n; }`,
    `export function f(n: number) { for (;;) return n; }`,
  ]),
  make('outside', 'an import', 'unsupported', [
    whole,
    `import { rate } from './rate.ts';\nexport const f = (n: number) => n;`,
    `import { rate } from './rate.ts';\nexport const f = (n: number) => rate(n);`,
  ]),
  make('outside', 'a global that is made another', 'unsupported', [
    whole,
    `export const f = (n: number) => Math.abs(n);`,
    `Math.abs = () => 7;\nexport const f = (n: number) => Math.abs(n) + 0;`,
  ]),
];
