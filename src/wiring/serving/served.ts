import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { type Config, type ServiceConfig, servicesOf } from '../../config/schema.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { loadPolicies } from '../../stages/4-policy/cedar.ts';
import type { Ledger } from '../../views/ledger.ts';
import { type Stable, stablesOf } from '../../views/production.ts';
import { hasJournal, type Place } from '../place/place.ts';
import { openRepository } from '../place/repository.ts';
import { BranchRules, configAt, policyFile } from '../place/rules.ts';
import { tellTrouble } from '../trouble.ts';
import { serviceOf } from './stable.ts';

/**
 * What is served. Users have the stable versions whatever the tip of the branch holds by now: what is wrong there is
 * told, and holds changes only. Where nothing is stable yet, it ends the start.
 */
export async function servicesToRun(place: Place): Promise<readonly ServiceConfig[]> {
  const stables = await stablesAt(place);
  const { reader, close } = await openGitReader(place.repo);
  try {
    const tip = await servicesOfTip(place, reader).catch((thrown: unknown) => {
      if (stables.length === 0) throw thrown;
      holdsChanges(thrown);
      return [];
    });
    if (stables.length === 0) return tip;
    return await Promise.all(stables.map(({ service, commit }) => serviceOf(reader, commit, service)));
  } finally {
    await close();
  }
}

/**
 * Which flags are served, and where: as the tip of the branch says, because it goes for no version. Where the tip is
 * broken, as the stable version's commit says; null: none is written there yet. Rejects with `config.invalid` where neither can be
 * read: that is not the same as none.
 */
export async function flagsToServe(place: Place): Promise<Config['flags'] | null> {
  return (await configToServe(place))?.flags ?? null;
}

/** At which port `up` serves agents, found as the flags are, or rejecting as they do; null: at none. */
export async function agentsPort(place: Place): Promise<number | null> {
  return (await configToServe(place))?.mcp.port ?? null;
}

async function configToServe(place: Place): Promise<Config | undefined> {
  const { reader, close } = await openGitReader(place.repo);
  try {
    return (await new BranchRules(reader, false).load()).config;
  } catch (thrown) {
    const [stable] = await stablesAt(place);
    if (stable !== undefined) return await configAt(reader, stable.commit);
    if (thrown instanceof AutolandError && thrown.code === 'config.missing') return undefined;
    throw thrown;
  } finally {
    await close();
  }
}

/** A policy that does not parse ends only the start of what has no journal yet. */
async function servicesOfTip(place: Place, reader: GitReader): Promise<readonly ServiceConfig[]> {
  const { config, policyText } = await new BranchRules(reader, false).load();
  try {
    await loadPolicies(policyText, policyFile);
  } catch (thrown) {
    if (!hasJournal(place)) throw thrown;
    holdsChanges(thrown);
  }
  return servicesOf(config);
}

function holdsChanges(thrown: unknown): void {
  tellTrouble(`no change lands until this is mended: ${messageOf(thrown)}`);
}

async function stablesAt(place: Place): Promise<readonly Stable[]> {
  const ledger = await ledgerAt(place);
  return ledger === undefined ? [] : stablesOf(ledger.production);
}

/** Only what the journal names: one that cannot be read ends nothing. */
export async function retiredServices(place: Place): Promise<readonly string[]> {
  return [...((await ledgerAt(place))?.retired ?? [])];
}

/**
 * For writing, because the journal may be one that an older autoland wrote. One that cannot be opened is the control
 * plane's to tell, again and again: meanwhile the router serves what runs.
 */
async function ledgerAt(place: Place): Promise<Ledger | undefined> {
  if (!hasJournal(place)) return undefined;
  try {
    await using repository = await openRepository({ repo: place.repo, state: place.state }, 'write');
    return await repository.ledger();
  } catch {
    return undefined;
  }
}
