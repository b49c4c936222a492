import { describe, expect, it } from 'vitest';
import type { InquiryOutcome } from '../../wiring/inquiry/inquire.ts';
import type { ReportedView } from '../../wiring/inquiry/read.ts';
import {
  renderClosed,
  renderInquiry,
  renderOpened,
  renderReported,
  renderReportedLines,
} from './reported-incident.ts';

const words = (lines: readonly string[]) => lines.join(' ').replaceAll(/\s+/g, ' ');

const outcome: InquiryOutcome = {
  ...{
    incident: 'inc_1',
    service: 'shop',
    check: 'npm run smoke',
    serve: false,
    code: 'revert.proposed',
    reason: 'It is so.',
  },
  ...{ culprit: { commit: 'c'.repeat(40), change: 'chg_2' }, proposed: 'chg_r', takenBack: null },
  ...{ window: { head: 'a'.repeat(40), base: 'b'.repeat(40) }, knownSince: null, dryRun: false },
  ...{ revert: { title: 't', ref: 'r' }, measured: [{ commit: 'a', colour: 'red', why: null }] },
};
const reported: ReportedView = {
  ...{ id: 'inc_1', openedAt: '2026-01-02', by: 'person:a', reason: '500s', service: 'shop', key: null },
  ...{
    since: '2026-01-01',
    began: '2026-01-02',
    check: null,
    serve: false,
    inquiry: null,
    mending: null,
    closed: null,
  },
  state: 'open',
  suspicion: {
    ...{ suspects: [], underWay: 'chg_9' },
    unexplained: 1,
    releases: [
      {
        ...{
          change: 'chg_2',
          commit: 'c',
          exposure: { usersExposed: 90, usersErrored: 3, backgroundErrors: 1 },
        },
        nearest: { test: 'rollback.latency', value: 1.2345, threshold: 6.9 },
        crashes: [{ errorType: 'TypeError', place: 'cart.js:12', count: 7 }],
      },
    ],
  },
};

describe('what is told of an inquiry', () => {
  it('is whose the fault is, or that nobody is blamed, and what to look at next', () => {
    expect(words(renderInquiry(outcome))).toBe(
      'chg_2 It is so. (revert.proposed) Looked between bbbbbbbbbbbb and aaaaaaaaaaaa. 1 measurement. autoland incident show inc_1 follow it: autoland explain chg_r',
    );
    const none = {
      ...outcome,
      culprit: null,
      proposed: null,
      revert: null,
      knownSince: 'noon',
      dryRun: true,
    };
    expect(words(renderInquiry(none))).toBe(
      'nobody is blamed It is so. (revert.proposed) Looked between bbbbbbbbbbbb and aaaaaaaaaaaa; what ran before noon is not known. 1 measurement. nothing was journalled or proposed',
    );
  });

  it('is what production has shown of each release', () => {
    const told = words(renderReported(reported));
    expect(told).toContain('Nobody has looked yet: autoland incident inquire inc_1');
    expect(told).toContain(
      'chg_2: 90 users met it, 3 an error where 1 were to be expected; nearest to a rollback: rollback.latency, 1.23 of 6.9 log-e; the first to meet TypeError at cart.js:12, 7 times',
    );
    expect(told).toContain('chg_9 is under way: autoland rollback chg_9 takes it from its users at once.');
    expect(renderReportedLines([])).toEqual(['none was reported']);
  });
});

describe('what is told of an incident that is reported', () => {
  const { state: _, suspicion, ...incident } = reported;
  const told = (isNew: boolean, dryRun: boolean) =>
    words(renderOpened({ incident, suspicion, inquiry: null, isNew, dryRun }));

  it('is by which times it counts, where it is open already', () => {
    expect(told(false, false)).toContain('already open: inc_1, as it was reported first: well at 2026-01-01');
  });

  it('is who closed it and why, which a later word does not change', () => {
    const closed = { by: 'person:a', at: '2026-01-03', reason: 'the disk was full' };
    expect(words(renderClosed({ ...reported, closed }))).toBe(
      'closed inc_1, by person:a at 2026-01-03: the disk was full',
    );
  });

  it('names no id that a rehearsal has thrown away', () => {
    expect(told(true, false)).toContain('autoland incident inquire inc_1 --check');
    expect(told(true, true)).not.toContain('inc_1');
    expect(told(false, true)).toContain('inquire inc_1');
  });
});
