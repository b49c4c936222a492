import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Repository } from '../../wiring/place/repository.ts';
import { kill, stop } from '../close.ts';
import { type CommonOptions, command, noReason, person } from '../options.ts';
import { print } from '../output.ts';
import { renderResume, renderTold } from '../render/control.ts';
import { readShare, stepFor } from '../shares.ts';

type DryRun = { readonly dryRun?: true };

/** The red button and its kin: they work while the control plane is down. */
export function define(program: Command): void {
  command(program, 'stop', {
    what: 'halts all autonomy: open canaries close, nothing merges or is promoted; rollback goes on',
    example: 'stop --reason "payment incident"',
  })
    .option('--reason <text>', 'for the journal', noReason)
    .option('--dry-run', 'say what would change')
    .action(stop);
  command(program, 'resume', { what: 'lets autonomy go on; open rollouts start anew', example: 'resume' })
    .option('--dry-run', 'say what would change')
    .action(resume);
  command(program, 'kill <flag>', {
    what: 'closes a flag for good: everyone is back on the stable version at once',
    example: 'kill storefront.QEFuAHSxQrtq --reason "checkout fails"',
  })
    .option('--reason <text>', 'for the journal', noReason)
    .option('--dry-run', 'say what would change')
    .action(kill);
  command(program, 'rollout <change>', {
    what: 'controls a rollout: lowers exposure at once, raises it only as far as the statistics allow',
    example: 'rollout chg_1a2b --set 1%',
  })
    .option('--pause', 'watch on, but raise no further')
    .option('--continue', 'undo --pause and --set')
    .option('--advance', 'end the bake of this step now; its tests still decide')
    .option('--set <share>', 'not beyond this share, such as 5%')
    .option('--dry-run', 'say what would change')
    .action(rollout);
  command(program, 'rollback <change>', {
    what: 'takes a change back: its flag closes, its merge is reverted',
    example: 'rollback chg_1a2b',
  })
    .option('--dry-run', 'say what would change')
    .action(rollback);
}

async function resume(options: CommonOptions & DryRun): Promise<void> {
  const { openRepository } = await import('../../wiring/place/repository.ts');
  await using repository = await openRepository(options, 'update');
  const stopped = await repository.controls.stopped();
  if (stopped !== undefined)
    await (await import('../../wiring/serving/stop-on-branch.ts')).mustMayResume(repository.place);
  if (options.dryRun !== true && stopped !== undefined) {
    await repository.record('control.resumed', person(), { was: stopped });
    await repository.controls.resume(person());
  }
  const { state } = repository.place;
  const now = { stopped: false, was: stopped ?? null, state, dryRun: options.dryRun === true };
  print(options.json, now, renderResume);
}

type RolloutOptions = CommonOptions &
  DryRun & { pause?: true; continue?: true; advance?: true; set?: string };

async function rollout(change: string, options: RolloutOptions): Promise<void> {
  const wish = readWish(options);
  const { openRepository } = await import('../../wiring/place/repository.ts');
  await using repository = await openRepository(options, 'update');
  const { state } = await repository.change(change);
  (await import('../../wiring/serving/steerable.ts')).mustBeSteerable(state);
  const data = wish.share === undefined ? {} : { step: stepFor(await repository.weights(state), wish.share) };
  await send(options, repository, { change: state.id, name: wish.name, data });
}

/** What is mistyped is told before anything is opened. */
function readWish(options: RolloutOptions): { name: string; share?: number } {
  const wishes = [options.pause, options.continue, options.advance, options.set].filter(
    (wish) => wish !== undefined,
  );
  if (wishes.length !== 1)
    throw new AutolandError(
      'usage',
      `expected one of --pause, --continue, --advance, --set; found ${wishes.length}`,
      {
        mend: 'autoland rollout --help',
      },
    );
  if (options.pause) return { name: 'rollout.pause' };
  if (options.continue) return { name: 'rollout.continue' };
  if (options.advance) return { name: 'rollout.advance' };
  return { name: 'rollout.set', share: readShare(options.set ?? '') };
}

async function rollback(change: string, options: CommonOptions & DryRun): Promise<void> {
  const { openRepository } = await import('../../wiring/place/repository.ts');
  await using repository = await openRepository(options, 'update');
  const { takeBack } = await import('../../wiring/serving/take-back.ts');
  const taken = await takeBack(repository, change, { actor: person(), dryRun: options.dryRun === true });
  if (taken.kind === 'told') return tell(options, repository, { ...taken, data: {} });
  const reverted = { commit: taken.commit, change: taken.change };
  print(options.json, reverted, (safe) => [
    `${options.dryRun ? 'would revert' : 'reverting'} ${safe.commit.slice(0, 10)}${safe.change === null ? '' : ` as ${safe.change}`}`,
  ]);
}

type Told = { change: string; name: string; data: JsonObject };

async function send(options: CommonOptions & DryRun, repository: Repository, signal: Told): Promise<void> {
  const sent = options.dryRun !== true;
  if (sent) await repository.store.signal({ ...signal, key: randomUUID(), actor: person() });
  return tell(options, repository, { ...signal, sent });
}

async function tell(
  { json }: CommonOptions,
  { place }: Repository,
  { change, name, data, sent }: Told & { sent: boolean },
): Promise<void> {
  const { controlPlaneOf } = await import('../../wiring/journal/status.ts');
  const told = { change, name, data, sent, heard: controlPlaneOf(place) !== null, state: place.state };
  print(json, told, renderTold);
}
