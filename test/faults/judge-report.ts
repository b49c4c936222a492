import type { Report } from './campaign.ts';

/** What a kill may bring about, besides landing later. */
const excusable = new Set(['rollout.too-many-starts']);

type Rule = (report: Report) => readonly string[];

const rules: readonly Rule[] = [
  ({ landings }) =>
    landings
      .filter(({ outcome, code }) => outcome !== 'landed' && !excusable.has(code))
      .map(({ change, outcome, code }) => `${change} ended as ${outcome} (${code})`),
  ({ landings }) => {
    const held = landings.filter(({ outcome }) => outcome !== 'landed').length;
    return held * 10 > landings.length ? [`${held} of ${landings.length} changes were held`] : [];
  },
  ({ onBranch }) => {
    const twice = onBranch.filter((change, at) => onBranch.indexOf(change) !== at);
    return twice.map((change) => `${change} is on the branch twice`);
  },
  ({ landings, onBranch }) =>
    landings
      .filter(({ change, outcome }) => outcome === 'landed' && !onBranch.includes(change))
      .map(({ change }) => `${change} is said to have landed, and is not on the branch`),
  ({ landings, onBranch }) => {
    const known = new Set(landings.map(({ change }) => change));
    return onBranch.filter((change) => !known.has(change)).map((change) => `${change} was not handed in`);
  },
  ({ fsck }) => (fsck.ok === true ? [] : [`fsck: ${JSON.stringify(fsck)}`]),
  ({ audit }) => (audit.kind === 'ok' || audit.ok === true ? [] : [`audit: ${JSON.stringify(audit)}`]),
  ({ crowd }) => Object.entries(crowd.refused).map(([status, n]) => `${n} users were answered ${status}`),
  ({ crowd }) => Object.entries(crowd.dropped).map(([why, n]) => `${n} requests were dropped: ${why}`),
  ({ stray }) => stray.map((line) => `still runs: ${line}`),
];

/** Empty: everything is as it must be. */
export function problemsOf(report: Report): readonly string[] {
  return rules.flatMap((rule) => rule(report));
}
