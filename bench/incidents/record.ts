import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleEntry, writeKit } from '../../src/adapters/recorder/kit.ts';
import { runOrThrow } from '../support/run-command.ts';
import type { Case } from './case.ts';
import { installClient } from './repository.ts';

/**
 * What the recorder keeps of a service on the old version whose users ask the client what its probe asks, as
 * `autoland recorder` writes it. undefined: the package was called with nothing that is plain data.
 */
export async function recordProduction(each: Case, folder: string): Promise<string | undefined> {
  const [service, kit, calls] = ['service', 'recorder', 'calls'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(service);
  await mkdir(calls);
  await writeKit(kit);
  await installClient(each, each.from, service);
  const env = {
    ...process.env,
    AUTOLAND_RECORD_PACKAGES: each.name,
    AUTOLAND_RECORD_DIRECTORY: calls,
    AUTOLAND_RECORD_SHARE: '1',
  };
  const argv = [process.execPath, `--import=${join(kit, sampleEntry)}`, join(import.meta.dirname, 'ask.ts')];
  await runOrThrow(argv, { cwd: service, seconds: 60, env });
  const kept = await readdir(calls);
  return kept.some((name) => name.endsWith('.jsonl')) ? calls : undefined;
}
