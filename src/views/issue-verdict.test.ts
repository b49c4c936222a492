import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Issue, IssueWords } from '../domain/issue.ts';
import { issueRule } from '../testing/issue-rule.ts';
import { judgeIssue, longestIssue } from './issue-verdict.ts';

type Hosted = Extract<IssueWords, { kind: 'of-a-host' }>;
const told: Hosted = {
  ...{ kind: 'of-a-host', author: 'carol', association: 'MEMBER', editedAt: null },
  labelled: [{ label: 'autoland', by: 'alice', at: '2026-11-30T08:00:02Z' }],
};
const base: Issue = {
  ...{ id: 'acme/shop#1', title: 'Say the port', body: 'In README.md.', isOpen: true },
  ...{ labels: ['autoland'], told },
};
const judge = (more: Partial<Issue> = {}, rule = issueRule()) => judgeIssue(rule, { ...base, ...more });
const hosted = (more: Partial<Hosted>, rule = issueRule()) => judge({ told: { ...told, ...more } }, rule);
const codeOf = (verdict: ReturnType<typeof judge>) => (verdict.kind === 'left' ? verdict.code : 'counts');

describe('an issue', () => {
  it('counts where author and whoever labelled it are allowed, and nothing was edited since', () => {
    expect(judge()).toMatchObject({
      kind: 'counts',
      author: 'carol',
      labelledBy: 'alice',
      label: 'autoland',
    });
    const edited = { editedAt: '2026-11-30T08:00:01Z' };
    expect(codeOf(hosted(edited))).toBe('counts');
  });

  it.each<[string, Partial<Issue>]>([
    ['closed', { isOpen: false }],
    ['unlabelled', { labels: ['bug'] }],
    ['empty', { title: ' ', body: '\n' }],
    ['too-long', { body: 'x'.repeat(longestIssue) }],
    ['too-long', { title: 'x'.repeat(1_000_000) }],
    ['too-long', { body: '\ufeff'.repeat(15_000) }],
  ])('is left as %s', (code, more) => {
    expect(codeOf(judge(more))).toBe(`issues.${code}`);
  });

  it.each<[string, Partial<Hosted>]>([
    ['author-not-allowed', { association: 'NONE' }],
    ['author-not-allowed', { association: null }],
    ['author-not-allowed', { author: null }],
    [
      'labeller-not-allowed',
      { labelled: [{ label: 'autoland', by: 'mallory', at: '2026-11-30T08:00:02Z' }] },
    ],
    ['labeller-not-allowed', { labelled: [{ label: 'autoland', by: null, at: '2026-11-30T08:00:02Z' }] }],
    ['labeller-unknown', { labelled: [] }],
    ['labeller-unknown', { labelled: [{ label: 'bug', by: 'alice', at: '2026-11-30T08:00:02Z' }] }],
    ['edited', { editedAt: '2026-11-30T08:00:03Z' }],
    // Within one second nobody knows which came first.
    ['edited', { editedAt: '2026-11-30T08:00:02Z' }],
    ['edited', { editedAt: 'never' }],
  ])('is left as %s: %j', (code, more) => {
    expect(codeOf(hosted(more))).toBe(`issues.${code}`);
  });

  it('counts by the last of its labels', () => {
    const labelled = [
      { label: 'autoland', by: 'alice', at: '2026-11-30T08:00:09Z' },
      { label: 'ready', by: 'bob', at: '2026-11-30T08:00:02Z' },
    ];
    const rule = issueRule(', labels: [ready, autoland]');
    const issue = {
      labels: ['ready', 'autoland'],
      told: { ...told, labelled, editedAt: '2026-11-30T08:00:05Z' },
    };
    expect(judge(issue, rule)).toMatchObject({ kind: 'counts', label: 'autoland', labelledBy: 'alice' });
  });

  it('compares logins and labels as hosts do', () => {
    const by = [{ label: 'AutoLand', by: 'BOB', at: '2026-11-30T08:00:02Z' }];
    expect(codeOf(judge({ labels: ['AutoLand'], told: { ...told, labelled: by } }))).toBe('counts');
  });

  it('of anybody counts where the rule says so', () => {
    const authors = 'authors: { associations: [], logins: [dave] }';
    const rule = issueRule('', `github: { repository: acme/shop, labelledBy: [alice], ${authors} }, `);
    expect(codeOf(hosted({}, rule))).toBe('issues.author-not-allowed');
    expect(codeOf(hosted({ author: 'dave', association: 'NONE' }, rule))).toBe('counts');
  });

  it('of the branch counts for a rule of the branch alone, and one of a host for one of that', () => {
    const ofRules = { told: { kind: 'of-the-rules' } } as const;
    expect(judge(ofRules, issueRule('', ''))).toMatchObject({ kind: 'counts', labelledBy: null });
    expect(codeOf(judge(ofRules))).toBe('issues.author-not-allowed');
    expect(codeOf(judge({}, issueRule('', '')))).toBe('issues.author-not-allowed');
  });

  it('is another one with other words, or labelled anew', () => {
    const keys = [
      judge(),
      judge({ body: 'In docs.' }),
      judge({ title: 'Port' }),
      judge({ title: 'Say the portIn', body: ' README.md.' }),
      hosted({ labelled: [{ label: 'autoland', by: 'alice', at: '2026-11-30T09:00:00Z' }] }),
    ].map((verdict) => (verdict.kind === 'counts' ? verdict.key : ''));
    expect(new Set(keys).size).toBe(5);
    expect(judge()).toEqual(judge({ labels: ['bug', 'autoland'] }));
  });

  it('never counts by what others than those of the rule did to it', () => {
    const anybody = fc.constantFrom('mallory', null, 'alice ', 'al ice', 'ALICE\u0000');
    const labelled = fc.array(
      fc.record({
        label: fc.constantFrom('autoland', 'bug'),
        by: anybody,
        at: fc.constant('2026-11-30T08:00:02Z'),
      }),
    );
    const editedAt = fc.constantFrom(null, '2026-11-30T08:00:01Z', '2026-11-30T08:00:03Z', '');
    fc.assert(
      fc.property(fc.record({ labelled, editedAt }), (more) => {
        expect(hosted(more).kind).toBe('left');
      }),
    );
  });
});
