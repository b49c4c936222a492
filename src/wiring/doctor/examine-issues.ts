import type { Config } from '../../config/schema.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { counted } from '../../domain/words.ts';
import { type IssueParts, IssueSources } from '../tasks/issue-sources.ts';

export const noIssues = {
  missing: 'no issue begins a task',
  mend: 'to let some, add agents.tasks.issues to .autoland/autoland.yaml (docs/guide/agents.md)',
};

/** Lists the issues of each rule, and reads none. Rejects with `config.invalid` where one cannot be listed; undefined: no rule is for issues. */
export async function examineIssues(config: Config, parts: IssueParts): Promise<string | undefined> {
  const rules = Object.entries(config.agents.tasks.issues);
  if (rules.length === 0) return undefined;
  const sources = new IssueSources(parts);
  const found = await Promise.all(
    rules.map(async ([name, rule]) => {
      try {
        const source = await sources.of(rule, config.branch);
        const lists = await Promise.all(rule.labels.map((label) => source.list(label)));
        const ids = new Set(lists.flatMap(({ issues }) => issues.map(({ id }) => id)));
        return { text: `${name}: ${counted(ids.size, 'open issue')} with its labels` };
      } catch (thrown) {
        const mend = thrown instanceof AutolandError ? thrown.mend : undefined;
        return { text: `${name}: ${messageOf(thrown)}`, bad: mend ?? 'look at issues.yaml' };
      }
    }),
  );
  const text = found.map((one) => one.text).join('; ');
  const bad = found.find((one) => one.bad !== undefined)?.bad;
  if (bad === undefined) return text;
  throw new AutolandError('config.invalid', text, { mend: bad });
}
