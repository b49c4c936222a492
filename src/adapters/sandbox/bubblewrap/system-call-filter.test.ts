import { describe, expect, it } from 'vitest';
import { filterFinding, systemCallFilter } from './system-call-filter.ts';

const X86_64 = 0xc000_003e;
const AARCH64 = 0xc000_00b7;
const I386 = 0x4000_0003;
const KILL = 0x8000_0000;
const ALLOW = 0x7fff_0000;
const ENOSYS = 0x0005_0026;

describe('systemCallFilter', () => {
  it.each([
    ['x64', X86_64, 'read', 0, ALLOW],
    ['x64', X86_64, 'io_uring_register', 427, ENOSYS],
    ['x64', X86_64, 'openat2, beyond the list', 437, ALLOW],
    ['x64', X86_64, 'add_key', 248, ENOSYS],
    ['x64', X86_64, 'request_key', 249, ENOSYS],
    ['x64', X86_64, 'keyctl', 250, ENOSYS],
    ['x64', X86_64, 'bpf', 321, ENOSYS],
    ['x64', X86_64, 'keyctl as x32', 0x4000_00fa, ENOSYS],
    ['x64', X86_64, 'read as x32', 0x4000_0000, ENOSYS],
    ['x64', I386, 'anything of 32 bits', 288, KILL],
    ['x64', I386, 'anything of 32 bits', 3, KILL],
    ['arm64', AARCH64, 'read', 63, ALLOW],
    ['arm64', AARCH64, 'keyctl', 219, ENOSYS],
    ['arm64', AARCH64, 'add_key', 217, ENOSYS],
    ['arm64', AARCH64, 'clone', 220, ALLOW],
    ['arm64', X86_64, 'anything of another machine', 0, KILL],
  ])('on %s, for architecture %i, answers to %s', (architecture, audit, _, number, expected) => {
    expect(evaluate(systemCallFilter(architecture) ?? Buffer.of(), number, audit)).toBe(expected);
  });

  it('is missing for machines that nobody looked at, and says so', () => {
    expect(systemCallFilter('riscv64')).toBeUndefined();
    expect(filterFinding('riscv64')).toMatchObject({ ok: false, detail: expect.stringContaining('riscv64') });
    expect(filterFinding('x64').ok).toBe(true);
  });
});

/** Runs the program as the kernel would, with the four instructions that it may use. */
function evaluate(program: Buffer, number: number, audit: number): number {
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at += 1) {
    const [code, onTrue, onFalse] = [0, 2, 3].map((offset) => program.readUInt8(at * 8 + offset));
    const k = program.readUInt32LE(at * 8 + 4);
    if (code === 0x06) return k;
    if (code === 0x20) accumulator = k === 0 ? number : audit;
    else if (code === 0x15) at += (accumulator === k ? onTrue : onFalse) ?? 0;
    else if (code === 0x35) at += (accumulator >= k ? onTrue : onFalse) ?? 0;
    else throw new Error(`not an instruction of this program: ${code}`);
  }
  throw new Error('the program has no end');
}
