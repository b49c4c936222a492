import type { Sha } from '../domain/change.ts';

/** What the world says, gathered without asking the journal, beside what the journal says. */
export type FsckFacts = {
  readonly journal: {
    /** Merges that the journal has a receipt for, with the tree that was tested. */
    readonly merges: readonly { readonly change: string; readonly commit: Sha; readonly tree: Sha }[];
    /** What each service runs, and what it ran before: kept warm; null: there was none. */
    readonly services: readonly {
      readonly service: string;
      readonly digest: string;
      readonly previousDigest: string | null;
    }[];
    /** Keys of flags in the code that everybody has. */
    readonly standingFlags: readonly string[];
    /** What the journal's own words on autonomy do not agree on; []: nothing. */
    readonly autonomy: readonly string[];
    /** The rollout under way; null: none. */
    readonly rollout: {
      readonly service: string;
      readonly digest: string;
      /** What is open of it, and the weights that each may have. */
      readonly flags: readonly { readonly key: string; readonly weights: readonly number[] }[];
      /** Everybody has the version: the route says so before the journal's stable version does. */
      readonly isHadByAll: boolean;
    } | null;
  };
  /** First-parent commits of the protected branch that bear autoland's trailer. */
  readonly branch: readonly {
    readonly commit: Sha;
    readonly tree: Sha;
    readonly change: string;
    readonly signed: boolean;
  }[];
  readonly routes: readonly Route[];
  /** Versions of services that processes run; null: could not be asked. */
  readonly running: readonly { readonly service: string; readonly digest: string }[] | null;
  readonly flags: readonly { readonly key: string; readonly weight: number; readonly killed: boolean }[];
  /** Why the file of each could not be read, and what it holds is not known; null: it was, or is not there. */
  readonly unread: { readonly routes: string | null; readonly flags: string | null };
  /** Releases whose content was hashed again; `ok: false`: it is not what its name says, or the gate's attestation does not hold. */
  readonly releases: readonly { readonly digest: string; readonly ok: boolean; readonly detail: string }[];
  readonly log: { readonly ok: boolean; readonly detail: string };
  /** Blobs that the journal names and that are not what they were, and what was erased and is still there; []: none. */
  readonly recordings: readonly string[];
};

type Route = {
  readonly service: string;
  readonly stable: string;
  readonly candidate: { readonly digest: string; readonly flag: string } | null;
};

type Service = FsckFacts['journal']['services'][number];

export type FsckFinding = { readonly check: string; readonly ok: boolean; readonly detail: string };

type Check = { readonly name: string; readonly problems: (facts: FsckFacts) => readonly string[] };

const checks: readonly Check[] = [
  { name: 'log', problems: ({ log }) => (log.ok ? [] : [log.detail]) },
  { name: 'merged once', problems: mergedOnce },
  { name: 'merges journalled', problems: mergesJournalled },
  { name: 'merged what was tested', problems: mergedWhatWasTested },
  { name: 'merges signed', problems: ({ branch }) => branch.filter(({ signed }) => !signed).map(unsigned) },
  { name: 'autonomy', problems: ({ journal }) => journal.autonomy },
  { name: 'route', problems: (facts) => read(facts.unread.routes) ?? routesAgree(facts) },
  { name: 'processes', problems: processesAgree },
  { name: 'flags', problems: (facts) => read(facts.unread.flags) ?? flagsAgree(facts) },
  {
    name: 'releases',
    problems: ({ releases }) =>
      releases.filter(({ ok }) => !ok).map(({ digest, detail }) => `${digest}: ${detail}`),
  },
  { name: 'recordings', problems: ({ recordings }) => recordings },
];

/** One finding for each check; `ok` only where nothing disagrees. */
export function fsck(facts: FsckFacts): readonly FsckFinding[] {
  return checks.map(({ name, problems }) => {
    const found = problems(facts);
    return { check: name, ok: found.length === 0, detail: found.length === 0 ? 'agrees' : found.join('; ') };
  });
}

function mergedOnce({ branch }: FsckFacts): readonly string[] {
  const changes = branch.map(({ change }) => change);
  const twice = [...new Set(changes.filter((change, index) => changes.indexOf(change) !== index))];
  return twice.map((change) => `${change} is on the branch more than once`);
}

function mergesJournalled({ branch, journal }: FsckFacts): readonly string[] {
  const onBranch = new Set(branch.map(({ commit }) => commit));
  const inJournal = new Set(journal.merges.map(({ commit }) => commit));
  return [
    ...branch
      .filter(({ commit }) => !inJournal.has(commit))
      .map(
        ({ commit, change }) => `the branch holds ${commit} of ${change}, the journal has no receipt for it`,
      ),
    ...journal.merges
      .filter(({ commit }) => !onBranch.has(commit))
      .map(
        ({ commit, change }) =>
          `the journal says that ${commit} of ${change} was merged, the branch does not hold it`,
      ),
  ];
}

function mergedWhatWasTested({ branch, journal }: FsckFacts): readonly string[] {
  return branch.flatMap(({ commit, tree }) => {
    const tested = journal.merges.find((merge) => merge.commit === commit)?.tree;
    return tested === undefined || tested === tree
      ? []
      : [`${commit} has tree ${tree}, tested was ${tested}`];
  });
}

function unsigned({ commit }: { readonly commit: Sha }): string {
  return `${commit} bears no valid signature of the lander`;
}

function routesAgree({ journal, routes }: FsckFacts): readonly string[] {
  const known = new Set(journal.services.map(({ service }) => service));
  const strays = routes.filter(({ service }) => !known.has(service));
  return [
    ...strays.map(({ service }) => `${service} has a route, the journal knows no stable version of it`),
    ...journal.services.flatMap((service) =>
      routeAgrees(
        service,
        routes.find((route) => route.service === service.service),
        rolloutOf(journal, service),
      ).map((problem) => `${service.service}: ${problem}`),
    ),
  ];
}

function rolloutOf({ rollout }: FsckFacts['journal'], { service }: Service) {
  return rollout?.service === service ? rollout : null;
}

function routeAgrees(
  { digest }: Service,
  route: Route | undefined,
  rollout: FsckFacts['journal']['rollout'],
): readonly string[] {
  if (route === undefined) return ['the journal knows a stable version, there is no route'];
  const candidate = route.candidate?.digest ?? null;
  return [
    ...(route.stable === digest || (rollout?.isHadByAll && route.stable === rollout.digest)
      ? []
      : [`the route serves ${route.stable}, the journal says ${digest}`]),
    ...(candidate === null || candidate === rollout?.digest
      ? []
      : [`the route has candidate ${candidate}, the journal has ${rollout?.digest ?? 'none'}`]),
  ];
}

/** undefined: it was, so that it can be compared. */
function read(why: string | null): readonly string[] | undefined {
  return why === null ? undefined : [`it could not be read: ${why}`];
}

function processesAgree({ journal, running }: FsckFacts): readonly string[] {
  if (journal.services.length === 0) return [];
  if (running === null) return ['what runs could not be found out: is autoland up?'];
  return journal.services.flatMap((service) => {
    const own = running.filter((one) => one.service === service.service).map(({ digest }) => digest);
    const known = new Set([service.digest, service.previousDigest, rolloutOf(journal, service)?.digest]);
    return [
      ...(own.includes(service.digest)
        ? []
        : [`${service.service}: the stable version ${service.digest} does not run`]),
      ...own
        .filter((digest) => !known.has(digest))
        .map((digest) => `${service.service}: ${digest} runs, the journal does not say why`),
    ];
  });
}

function flagsAgree({ journal, flags }: FsckFacts): readonly string[] {
  const { standingFlags } = journal;
  const open = flags.filter(
    ({ key, weight, killed }) => weight > 0 && !killed && !standingFlags.includes(key),
  );
  return open.flatMap(({ key, weight }) => {
    const used = journal.rollout?.flags.find((flag) => flag.key === key);
    if (used === undefined) return [`flag ${key} exposes ${weight}, no rollout of the journal uses it`];
    return used.weights.includes(weight)
      ? []
      : [`flag ${key} exposes ${weight}, which is no step of its plan`];
  });
}
