import type { JsonObject } from '../../../domain/json.ts';
import { printable } from '../../../domain/printable.ts';
import type { SystemCall, SystemCalls } from '../../../domain/system-calls.ts';
import { counted } from '../../../domain/words.ts';
import { isUpdate } from '../characterization/characterization.ts';
import { type Finding, guardrail } from '../facts.ts';
import { compareCalls, type NewCall } from './compare.ts';
import { type CallCode, failing } from './judge-call.ts';

/** New versions of packages ask of the kernel, while the project's own tests run, what the old ones asked. */
export const systemCalls = guardrail('system-calls', ['registry', 'tests'], ({ registry, tests }) => {
  if (!tests.configured) return finding('not-configured', 'not-configured', 'No test command is configured.');
  if (tests.class === 'revert')
    return finding('pass', 'revert', 'A revert brings back what ran before: it is meant to differ.');
  const { observed } = tests;
  if (observed === undefined) return nothingToCompare(registry.packages.some(isUpdate));
  if (observed.kind === 'disturbed')
    return finding('abstain', 'disturbed', 'The tests pass, but not while they are being watched.');
  if (observed.kind !== 'observed')
    return finding('abstain', 'not-run', 'The tests do not pass, so there is nothing to compare.');
  const [first, second, head] = [...observed.base, observed.head].map((run) => run.systemCalls);
  if (first === undefined || second === undefined || head === undefined)
    return finding('abstain', 'not-recorded', 'Nobody looked at what the tests ask of the kernel.');
  return judge([first, second], head);
});

function nothingToCompare(isUpdated: boolean): Finding {
  return isUpdated
    ? finding('pass', 'own-code', 'The project changes too, and may start, reach and read what it likes.')
    : finding('pass', 'nothing-to-observe', 'No package has a new version to compare with its old one.');
}

function judge(base: readonly [SystemCalls, SystemCalls], head: SystemCalls): Finding {
  const runs = [...base, head];
  if (runs.every(({ traced }) => !traced)) {
    const reason =
      'There is no tracer, or it may not trace in the sandbox: install strace (apt-get install strace).';
    return finding('not-configured', 'no-tracer', reason);
  }
  if (runs.some(({ traced }) => !traced))
    return finding('abstain', 'not-recorded', 'Not each run of the tests could be traced.');
  const { found, counts, masked } = compareCalls(base, head);
  const evidence = { ...counts, masked };
  const [worst] = found;
  if (worst !== undefined) return differs(worst, found, evidence);
  const gaps = [...new Set(runs.flatMap((run) => run.gaps))].slice(0, shown).map(printable);
  if (gaps.length > 0)
    return finding('abstain', 'truncated', `Not all calls were recorded: ${gaps.join(', ')}.`, evidence);
  const reason = `The tests do with the new versions, in ${counted(counts.head, 'call')} that count, nothing that they did not do with the old.`;
  return finding('pass', 'same', reason, evidence);
}

const shown = 10;
const isFailing: ReadonlySet<CallCode> = new Set(failing);

function differs(worst: NewCall, found: readonly NewCall[], evidence: JsonObject): Finding {
  const more = found.length === 1 ? '' : ` (and ${found.length - 1} more)`;
  const reason = `With the new versions ${told(worst)}, which did not happen with the old${more}.`;
  return finding(isFailing.has(worst.code) ? 'fail' : 'abstain', worst.code, reason, {
    ...evidence,
    found: found.slice(0, shown).map((each) => ({ code: each.code, call: told(each) })),
    count: found.length,
  });
}

const verbs: Readonly<Record<CallCode, string>> = {
  'tracer-touched': 'takes hold of other processes or of the tracer with',
  'credentials-read': 'reads',
  'program-started': 'starts',
  'address-reached': 'connects or sends to',
  'name-looked-up': 'looks up the address of',
  'file-written': 'writes',
  'program-differs': 'starts, as it was not started before,',
  'loopback-reached': 'connects or sends to',
  listens: 'listens on',
  'file-left': 'writes',
  'file-read': 'reads',
};

function told({ code, call }: NewCall): string {
  const { by, target, args = [], failed }: SystemCall = call;
  const what = [by, verbs[code], target, ...args].map((text) => printable(text).slice(0, 120)).join(' ');
  return `${what.slice(0, 300)}${failed === true ? ' (in vain)' : ''}`;
}

function finding(
  verdict: Finding['verdict'],
  code: string,
  reason: string,
  evidence: Finding['evidence'] = {},
): Finding {
  return { verdict, code: `system-calls.${code}`, reason, evidence };
}
