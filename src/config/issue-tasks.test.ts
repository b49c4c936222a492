import { describe, expect, it } from 'vitest';
import { issueRule } from '../testing/issue-rule.ts';
import { parseConfig } from './config.ts';
import { parseIssueHosts } from './issue-hosts.ts';

describe('rules for issues', () => {
  it('have defaults on the safe side', () => {
    expect(issueRule()).toMatchObject({
      ...{ labels: ['autoland'], perDay: 3, atOnce: 1 },
      github: { host: 'github', authors: { associations: ['OWNER', 'MEMBER', 'COLLABORATOR'], logins: [] } },
    });
    expect(issueRule('', '').github).toBeNull();
  });

  it.each<[string, string, RegExp]>([
    ['no one who may label', 'github: { repository: acme/shop, labelledBy: [] }, ', /at least one login/],
    ['an app', 'github: { repository: acme/shop, labelledBy: ["x[bot]"] }, ', /login of a person/],
    ['no repository', 'github: { repository: shop, labelledBy: [alice] }, ', /acme\/shop/],
    ['a way out', 'github: { repository: "acme/..", labelledBy: [alice] }, ', /acme\/shop/],
    ['two labels in one', 'labels: ["a,b"], ', /without commas/],
  ])('are refused with %s', (_what, text, said) => {
    expect(() => issueRule('', text)).toThrow(said);
  });

  it('have a name and an agent of their own', () => {
    const scheduled = `{ x: { agent: claude, text: t, days: [mon], from: "02:00", to: "04:00", until: 2027-01-01 } }`;
    const issues = '{ x: { agent: coder, until: 2027-01-01 } }';
    const text = `version: 1\nagents: { command: { claude: {} }, tasks: { scheduled: ${scheduled}, issues: ${issues} } }`;
    expect(() => parseConfig(text, 'test.yaml')).toThrow(/no other rule of agents.tasks has.*rename it/s);
    expect(() => parseConfig(text, 'test.yaml')).toThrow(/agents.tasks.issues.x.agent: .*agents.command/);
  });
});

describe('issues.yaml of a machine', () => {
  const parse = (host: string) => parseIssueHosts(`version: 1\nhosts: { github: ${host} }\n`, 'issues.yaml');
  it('says where the token goes', () => {
    expect(parse('{ tokenFile: /run/token }')).toEqual({
      github: { url: 'https://api.github.com', tokenFile: '/run/token' },
    });
  });
  it.each([
    ['{ tokenFile: token }', /absolute path/],
    ['{ tokenFile: /t, url: http://example.com }', /https/],
    ['{ tokenFile: /t, url: "https://a:b@example.com" }', /https/],
    ['{ tokenFile: /t, url: "https://example.com/?x" }', /https/],
    ['{ token: abc }', /tokenFile/],
  ])('is refused as %s', (host, said) => {
    expect(() => parse(host)).toThrow(said);
  });
});
