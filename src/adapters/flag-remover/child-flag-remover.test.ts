import { describe, expect, it } from 'vitest';
import { ChildFlagRemover } from './child-flag-remover.ts';

const remover = new ChildFlagRemover();
const asking = (text: string) => ({
  key: 'new',
  value: true,
  files: [{ path: 'src/a.ts', text }],
  paths: ['src/a.ts'],
  helpers: ['flags#isOn'],
});
const head = "import { isOn } from 'flags';\n";

describe('ChildFlagRemover', () => {
  it('rewrites in a process of its own', async () => {
    expect(await remover.remove(asking(`${head}export const f = () => isOn('new') ? 1 : 2;\n`))).toEqual({
      kind: 'removed',
      files: [{ path: 'src/a.ts', text: 'export const f = () => 1;\n' }],
    });
    expect(await remover.remove(asking(`${head}if (touch() || isOn('new')) go();\n`))).toMatchObject({
      kind: 'cannot',
      line: 2,
    });
  });

  it.each<[string, string]>([
    ['does not parse', `${head}isOn('new') ? (`],
    ['is nested deep', `${head}isOn('new', ${'['.repeat(100_000)}${']'.repeat(100_000)});`],
  ])('answers nothing, or that it cannot, for text that %s', async (_what, text) => {
    expect((await remover.remove(asking(text)))?.kind).not.toBe('removed');
  });

  it('takes tests out in a process of its own', async () => {
    const test = (title: string) => `test('${title}', () => {});\n`;
    const asked = (text: string) => ({
      files: [{ path: 'a.test.ts', text }],
      report: ['a', 'b'],
      failing: ['a'],
    });
    expect(await remover.removeTests(asked(`${test('a')}${test('b')}`))).toEqual({
      kind: 'removed',
      files: [{ path: 'a.test.ts', text: test('b') }],
    });
    expect(await remover.removeTests(asked(`${test('a')}(`))).toBeUndefined();
    expect(await remover.removeTests(asked(test('b')))).toMatchObject({ kind: 'cannot' });
  });

  it('answers nothing after its time', async () => {
    expect(await new ChildFlagRemover({ seconds: 0.001 }).remove(asking(head))).toBeUndefined();
  });
});
