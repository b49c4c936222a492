import { guardrail } from '../facts.ts';
import { featuresOf } from './features.ts';
import { bars, type RiskPart, riskOf } from './score.ts';

/** Ranks a change and asks a person about the riskiest. It never lets anything through that others hold. */
export const risk = guardrail('risk', ['diff', 'history', 'registry'], (facts) => {
  const features = featuresOf(facts);
  const { score, band, parts } = riskOf(features);
  const [worst = ['size', 0]] = Object.entries(parts).toSorted(([, one], [, other]) => other - one);
  const evidence = {
    score: round(score),
    band,
    parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, round(value)])),
    features: {
      ...features,
      entropy: round(features.entropy),
      recency: round(features.recency),
      novelty: round(features.novelty),
    },
    commitsLookedAt: facts.history.commits,
  };
  const why = features.isCritical
    ? 'it touches what is named as critical'
    : `mostly for its ${words[worst[0] as RiskPart]}`;
  const reason = `Its risk is ${band} (${round(score)} of 1), ${why}.`;
  // Going back to what has run before is the safe direction: it must not wait for a person.
  const isHeld = score >= bars.high && features.class !== 'revert';
  return { verdict: isHeld ? 'abstain' : 'pass', code: `risk.${band}`, reason, evidence };
});

const words: Readonly<Record<RiskPart, string>> = {
  size: 'size',
  spread: 'spread over files',
  history: "files' history",
  criticality: "files' weight",
  class: 'class',
  packages: 'packages',
};

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
