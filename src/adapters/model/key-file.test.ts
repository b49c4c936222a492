import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModelKey } from './key-file.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-key-'));
  path = join(dir, 'key');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(text: string, mode = 0o600): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}

describe('readModelKey', () => {
  it('reads one word, also through a link', () => {
    write('sk-0123456789\n');
    symlinkSync(path, join(dir, 'link'));
    expect(readModelKey(path)).toBe('sk-0123456789');
    expect(readModelKey(join(dir, 'link'))).toBe('sk-0123456789');
  });

  it.each([0o640, 0o604, 0o660, 0o777])('does not take a file of mode 0%o', (mode) => {
    write('sk-0123456789', mode);
    expect(() => readModelKey(path)).toThrow(
      expect.objectContaining({ code: 'key.unsafe', mend: expect.stringContaining('chmod 600') }),
    );
  });

  it.each(['', 'short', 'sk-0123456789\nsk-9876543210', 'sk-012345\u00e4789', 'x'.repeat(9_000)])(
    'says what it expected, and nothing of what it found (%#)',
    (text) => {
      write(text);
      const thrown = caught(() => readModelKey(path));
      expect(thrown).toMatchObject({ code: 'key.missing' });
      expect(String(thrown)).not.toContain('0123');
    },
  );

  it('says that there is none', () => {
    expect(() => readModelKey(path)).toThrow(expect.objectContaining({ code: 'key.missing' }));
    expect(() => readModelKey(dir)).toThrow(expect.objectContaining({ code: 'key.missing' }));
  });
});

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (thrown) {
    return thrown;
  }
}
