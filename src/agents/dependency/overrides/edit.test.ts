import { describe, expect, it } from 'vitest';
import { editAt } from './edit.ts';

const at = (...keys: string[]) => ({ file: 'package.json', keys });
const inYaml = { file: 'pnpm-workspace.yaml', keys: ['overrides', 'app>kit'] };

describe('an override', () => {
  it('is written, and nothing else is laid out anew', () => {
    const before = '{\n\t"name": "x",\n\t"files": ["a", "b"]\n}\n';
    const after =
      '{\n\t"name": "x",\n\t"files": ["a", "b"],\n\t"overrides": {\n\t\t"app": {\n\t\t\t"kit": "1.0.1"\n\t\t}\n\t}\n}\n';
    expect(editAt(before, at('overrides', 'app', 'kit'), '1.0.1')).toBe(after);
    expect(editAt(after, at('overrides', 'app', 'kit'), undefined)).toBe(before);
  });

  it('is written beside others, raised in its place, and taken out alone', () => {
    const before = '{\r\n  "resolutions": {\r\n    "a": "1"\r\n  }\r\n}\r\n';
    const keys = at('resolutions', 'app/kit');
    const after = editAt(before, keys, '1.0.1');
    expect(JSON.parse(after)).toEqual({ resolutions: { a: '1', 'app/kit': '1.0.1' } });
    expect(after).not.toMatch(/[^\r]\n/);
    expect(JSON.parse(editAt(after, keys, '1.0.2'))).toEqual({ resolutions: { a: '1', 'app/kit': '1.0.2' } });
    expect(editAt(after, keys, undefined)).toBe(before);
    expect(editAt(after, at('resolutions', 'a'), undefined)).toBe(
      '{\r\n  "resolutions": {\r\n    "app/kit": "1.0.1"\r\n  }\r\n}\r\n',
    );
  });

  it('keeps what npm overrides the package itself with', () => {
    const text = editAt('{"overrides": {"app": "2.0.0"}}', at('overrides', 'app', 'kit'), '1.0.1');
    expect(JSON.parse(text)).toEqual({ overrides: { app: { '.': '2.0.0', kit: '1.0.1' } } });
  });

  it('keeps a mark at the beginning, and a text without the place', () => {
    expect(editAt('\uFEFF{}', at('overrides', 'a'), '1')).toMatch(/^\uFEFF\{\s*"overrides"/);
    expect(editAt('{ }', at('overrides', 'a', 'b'), undefined)).toBe('{ }');
  });

  it('stands in pnpm-workspace.yaml with the comments that are there', () => {
    const before = '# ours\npackages:\n- "packages/*" # all\ncatalog:\n  a: ^1.0.0\n';
    const after = editAt(before, inYaml, '1.0.1');
    expect(after).toBe(`${before}overrides:\n  app>kit: 1.0.1\n`);
    expect(editAt(after, inYaml, undefined)).toBe(before);
    expect(editAt('', inYaml, '1.0.1')).toBe('overrides:\n  app>kit: 1.0.1\n');
  });
});
