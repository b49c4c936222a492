import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorTypeOf, parseStack, stackLimits } from './stack.ts';

const parse = (lines: readonly string[], message = 'm') =>
  parseStack(`TypeError: ${message}\n${lines.map((line) => `    at ${line}`).join('\n')}`, message);

describe('parseStack', () => {
  it.each([
    ['total (/app/src/cart.js:3:9)', { path: '/app/src/cart.js', line: 3, column: 9, functionName: 'total' }],
    ['async Cart.load (/app/a.js:1:2)', { path: '/app/a.js', line: 1, column: 2, functionName: 'Cart.load' }],
    [
      'new Cart (file:///app/a.mjs:4:5)',
      { path: '/app/a.mjs', line: 4, column: 5, functionName: 'new Cart' },
    ],
    [
      'Cart.get [as total] (/app/a.js:1:2)',
      { path: '/app/a.js', line: 1, column: 2, functionName: 'Cart.get' },
    ],
    ['/app/a.js:1:2', { path: '/app/a.js', line: 1, column: 2 }],
    ['async file:///app/a%20b.js:1:2', { path: '/app/a b.js', line: 1, column: 2 }],
    ['file:///app/a.js?v=1:7:8', { path: '/app/a.js', line: 7, column: 8 }],
    ['Object.<anonymous> (/app/a.js:1:2)', { path: '/app/a.js', line: 1, column: 2 }],
    ['f (/app/(shop)/a.js:1:2)', { path: '/app/(shop)/a.js', line: 1, column: 2, functionName: 'f' }],
    [
      'Module._load (/app/node_modules/x/i.js:1:2)',
      { path: '/app/node_modules/x/i.js', line: 1, column: 2, functionName: 'Module._load' },
    ],
  ])('reads %s', (line, frame) => {
    expect(parse([line])).toEqual([frame]);
  });

  it.each([
    'Array.map (<anonymous>)',
    'JSON.parse (<anonymous>)',
    'native',
    'async Promise.all (index 0)',
    'node:internal/process/task_queues:95:5',
    'Module._compile (node:internal/modules/cjs/loader:1554:14)',
    'eval (eval at run (/app/a.js:1:2), <anonymous>:1:1)',
    'wasm://wasm/0a1b:wasm-function[3]:0x12',
    'f (https://example.com/a.js:1:2)',
    'f (file://host/a.js:1:2)',
    'f (file:///%E0%A4%A:1:2)',
    'f (/app/a.js:0:2)',
    'f (/app/a.js:1)',
    `f (/${'a'.repeat(stackLimits.path)}:1:1)`,
    'f (/app/\u202egpj.js:1:1)',
    '(',
    ')',
    '',
  ])('leaves out %s', (line) => {
    expect(parse([line, 'g (/app/b.js:1:1)'])).toEqual([
      { path: '/app/b.js', line: 1, column: 1, functionName: 'g' },
    ]);
  });

  it('reads what this engine writes, of functions, methods, constructors and awaits', async () => {
    class Cart {
      constructor(items: unknown) {
        (items as { size: () => void }).size();
      }
    }
    const build = async () => {
      await Promise.resolve();
      return [undefined].map((items) => new Cart(items));
    };
    const thrown: unknown = await build().catch((error: unknown) => error);
    const { stack = '', message } = thrown as Error;
    const frames = parseStack(stack, message);
    expect(frames.slice(0, 3).map(({ functionName }) => functionName)).toEqual([
      'new Cart',
      undefined,
      'build',
    ]);
    expect(new Set(frames.slice(0, 3).map(({ path }) => path))).toEqual(new Set([import.meta.filename]));
    const evaluated = runInThisContext('try { eval("null.x") } catch (error) { error.stack }');
    expect(parseStack(String(evaluated), '').some(({ path }) => path.includes('anonymous'))).toBe(false);
  });

  it('takes no frame from the message', () => {
    const message = 'no user\n    at forged (/app/forged.js:1:1)';
    expect(parse(['real (/app/real.js:2:2)'], message)).toEqual([
      { path: '/app/real.js', line: 2, column: 2, functionName: 'real' },
    ]);
  });

  it('takes no frame from a message that is too long, or was altered since', () => {
    const forged = 'no user\n    at forged (/app/forged.js:1:1)\n';
    const real = '    at real (/app/real.js:2:2)';
    const long = forged + 'x'.repeat(stackLimits.characters);
    expect(parseStack(`Error: ${long}\n${real}`, long)).toEqual([]);
    expect(parseStack(`Error: ${forged}\n${real}`, `While reading: ${forged}`)).toEqual([]);
    expect(parseStack(`Error: no user\n${real}`, 'While reading: no user')).toHaveLength(1);
  });

  it('takes no frame from a cause, which comes later', () => {
    const stack = 'Error: a\n    at f (/app/a.js:1:1)\n  [cause]: Error: b\n    at g (/app/b.js:1:1)';
    expect(parseStack(stack, 'a')).toHaveLength(1);
  });

  it('survives any text, and is as bounded as it says', () => {
    const part = fc.constantFrom('    at ', '(', ')', ':', '1', '\n', '/app/', 'file://', 'async ', ' [as ');
    const text = fc.array(fc.oneof(part, fc.string())).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (stack, message) => {
        for (const { path, line, column, functionName = '' } of parseStack(stack, message)) {
          expect(path.startsWith('/') && path.length <= stackLimits.path).toBe(true);
          expect(line > 0 && column > 0 && functionName.length <= stackLimits.name).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(parse(Array.from({ length: 500 }, (_, at) => `f (/app/a.js:${at + 1}:1)`))).toHaveLength(
      stackLimits.frames,
    );
  });

  it('takes no longer for what is longer than what it reads', () => {
    // The shortest of many runs: a busy machine lengthens some of them.
    const time = (size: number) => {
      const stack = `Error: x\n    at ${'('.repeat(size)}${')'.repeat(size)}`;
      const runs = Array.from({ length: 20 }, () => {
        const begin = performance.now();
        parseStack(stack, 'x');
        return performance.now() - begin;
      });
      return Math.min(...runs);
    };
    const longest = time(stackLimits.characters / 2);
    expect(time(500_000)).toBeLessThan(10 * longest);
  });
});

describe('errorTypeOf', () => {
  it.each([
    ['TypeError', 'TypeError'],
    ['ERR_INVALID_URL', 'ERR_INVALID_URL'],
    ['errors.NotFound', 'errors.NotFound'],
    ['Error 4711: no such user', 'Error'],
    ['', 'Error'],
    ['a'.repeat(101), 'Error'],
  ])('of %j is %s', (told, type) => {
    expect(errorTypeOf(told)).toBe(type);
  });
});
