import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { ModelReply, ModelRequest } from '../../domain/model.ts';
import { modelServersFile, readModelServers } from '../models/model-servers.ts';
import { bareModel, type ModelsConfig, type PlacedModel, placed } from '../models/models.ts';
import type { StateFiles } from '../place/place.ts';

export const noModels = {
  missing: 'no model is configured',
  mend: 'for a judge or an agent that writes, add models: to .autoland/autoland.yaml (docs/guide/models.md)',
};

const question: ModelRequest = {
  system: '',
  messages: [{ role: 'user', text: 'Answer with the one word yes.' }],
  tools: [],
  // Some think first, and none is asked for more than it takes to see that it answers.
  maxOutputTokens: 64,
};

const limits = { totalMs: 30_000, stallMs: 20_000 };

/** Asks each model one word. Rejects with `config.invalid` where one of them does not answer; undefined: none is configured. */
export async function examineModels(
  config: ModelsConfig,
  files: Pick<StateFiles, 'models'>,
): Promise<string | undefined> {
  const names = Object.keys(config.models);
  if (names.length === 0) return undefined;
  const file = modelServersFile(files);
  const servers = await readModelServers(file);
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        return await told(placed(name, config, servers, file));
      } catch (thrown) {
        return {
          ok: false,
          text: messageOf(thrown),
          mend: thrown instanceof AutolandError ? thrown.mend : undefined,
        };
      }
    }),
  );
  const bad = found.filter(({ ok }) => !ok);
  if (bad.length === 0) return found.map(({ text }) => text).join('; ');
  const [{ mend } = { mend: undefined }] = bad;
  throw new AutolandError('config.invalid', bad.map(({ text }) => text).join('; '), {
    mend: mend ?? `look at what the server says, and at ${file}`,
  });
}

async function told(one: PlacedModel): Promise<{ ok: boolean; text: string; mend?: string | undefined }> {
  const begun = performance.now();
  const reply = await bareModel(one, limits).ask(question);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  return { ok: reply.kind === 'answer', text: `${one.name}: ${saidOf(one, reply, seconds)}` };
}

function saidOf({ config, server }: PlacedModel, reply: ModelReply, seconds: string): string {
  const scripted = server.scripted ? 'SCRIPTED, ' : '';
  if (reply.kind === 'fault')
    return `${scripted}${config.model} does not answer (${reply.fault}): ${reply.reason}`;
  const other = reply.answeredBy === config.model ? '' : `, as ${reply.answeredBy}`;
  return `${scripted}${config.model} of ${server.name} answers in ${seconds} s${other}`;
}
