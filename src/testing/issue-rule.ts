import { parseConfig } from '../config/config.ts';
import type { IssueTask } from '../config/issue-tasks.ts';

const acme = 'github: { repository: acme/shop, labelledBy: [alice, Bob] }, ';

/** A rule for issues at a host, as its configuration reads. */
export function issueRule(more = '', github = acme): IssueTask {
  const rule = `{ ${github}agent: claude, until: 2027-01-01${more} }`;
  const text = `version: 1\nagents: { command: { claude: {} }, tasks: { issues: { bugs: ${rule} } } }`;
  const found = parseConfig(text, 'test.yaml').agents.tasks.issues.bugs;
  if (found === undefined) throw new Error('there is no rule');
  return found;
}
