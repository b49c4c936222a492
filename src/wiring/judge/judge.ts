import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import type { Config } from '../../config/schema.ts';
import { type JudgeView, viewJudges } from '../../views/judge-standing.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';

/** `autoland judge`: who judges by the protected branch, and what every judge so far was measured to be worth. */
export async function readJudge(options: PlaceOptions): Promise<{
  readonly state: string;
  readonly configured: Config['judge'];
  readonly judges: readonly JudgeView[];
}> {
  await using repository = await openRepository(options, 'read');
  const { repo, state } = repository.place;
  const { reader, close } = await openGitReader(repo);
  try {
    const { config } = await new BranchRules(reader, false).load();
    return { state, configured: config.judge, judges: viewJudges(await repository.judgeMeasures()) };
  } finally {
    await close();
  }
}
