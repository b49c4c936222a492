import type { Finding } from './attempt-escape.ts';

/*
 * A seccomp filter for bubblewrap's --seccomp: classic BPF, an array of `struct sock_filter { u16 code; u8 jt; u8 jf;
 * u32 k; }` over `struct seccomp_data { u32 nr; u32 arch; … }`, little-endian on both machines below. Formats and
 * numbers: linux/filter.h, linux/seccomp.h, linux/audit.h, and the system call tables of the kernel (uapi).
 */

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K
const NUMBER = 0;
const ARCHITECTURE = 4;
const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
// As a kernel answers that does not have it: programs fall back, as Node does from io_uring.
const NOT_THERE = 0x0005_0000 | 38; // SECCOMP_RET_ERRNO | ENOSYS
/** On x86-64, calls of the x32 kind begin here; they have numbers of their own, and would pass a list of the others. */
const X32 = 0x4000_0000;

type Machine = { readonly audit: number; readonly refused: Readonly<Record<string, number>> };

/** No job needs them. Keyrings are not separated by namespaces; the rest is where kernels were broken most. By `process.arch`. */
const MACHINES: Readonly<Record<string, Machine>> = {
  x64: {
    audit: 0xc000_003e,
    refused: {
      ...{ add_key: 248, request_key: 249, keyctl: 250, kexec_load: 246, kexec_file_load: 320, bpf: 321 },
      ...{ perf_event_open: 298, userfaultfd: 323 },
      ...{ io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 },
    },
  },
  arm64: {
    audit: 0xc000_00b7,
    refused: {
      ...{ add_key: 217, request_key: 218, keyctl: 219, kexec_load: 104, kexec_file_load: 294, bpf: 280 },
      ...{ perf_event_open: 241, userfaultfd: 282 },
      ...{ io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 },
    },
  },
};

/** undefined: this project does not know the machine's system calls, and nothing may run. */
export function systemCallFilter(architecture: string): Buffer | undefined {
  const machine = MACHINES[architecture];
  if (machine === undefined) return undefined;
  const refused = Object.values(machine.refused);
  // Each comparison jumps over those after it and over ALLOW.
  const compared = refused.map((number, index) => step(EQUAL, number, refused.length - index));
  return Buffer.concat([
    step(LOAD, ARCHITECTURE),
    step(EQUAL, machine.audit, 1),
    step(RETURN, KILL_PROCESS),
    step(LOAD, NUMBER),
    step(AT_LEAST, X32, refused.length + 1),
    ...compared,
    step(RETURN, ALLOW),
    step(RETURN, NOT_THERE),
  ]);
}

export function filterFinding(architecture: string): Finding {
  const known = Object.keys(MACHINES).join(' and ');
  const ok = systemCallFilter(architecture) !== undefined;
  const detail = ok
    ? `filtered for ${architecture}`
    : `no filter for ${architecture}: services and jobs run on ${known} only`;
  return { check: 'system-calls', ok, detail };
}

/** `onTrue`: how many instructions to skip when the comparison holds. */
function step(code: number, value: number, onTrue = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(onTrue, 2);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
