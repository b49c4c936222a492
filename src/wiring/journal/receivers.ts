import { basename } from 'node:path';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { CdEvents } from '../../adapters/notify/cd-events.ts';
import { Slack } from '../../adapters/notify/slack.ts';
import { Webhook } from '../../adapters/notify/webhook.ts';
import type { Config } from '../../config/schema.ts';
import type { Receiver } from '../../ports/receiver.ts';
import type { Place } from '../place/place.ts';
import { BranchRules } from '../place/rules.ts';

/** Everybody who is told, as the configuration says; []: nobody. */
export function receiversOf({ notify }: Pick<Config, 'notify'>, repo: string): readonly Receiver[] {
  // A path of this machine is nobody else's business.
  const repository = basename(repo).replace(/\.git$/, '');
  return [
    ...notify.webhooks.map((options) => new Webhook({ ...options, repository })),
    ...notify.slack.map((options) => new Slack({ ...options, repository })),
    ...notify.cdevents.map((options) => new CdEvents({ ...options, repository })),
  ];
}

/** Whether a process is worth its memory that tells somebody. What cannot be read may name somebody. */
export async function isSomebodyTold({ repo }: Place): Promise<boolean> {
  const { reader, close } = await openGitReader(repo);
  try {
    return receiversOf((await new BranchRules(reader, false).load()).config, repo).length > 0;
  } catch {
    return true;
  } finally {
    await close();
  }
}
