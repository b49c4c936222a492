import type { Evidence, Test } from './decision.ts';
import type { Findings } from './findings.ts';
import { fewestCanaryUnits, trafficAgeSeconds } from './requirements.ts';
import { unitOf } from './sentences.ts';
import type { Situation, Unit } from './situation.ts';

/** Every test's standing, whatever was decided: so that `explain` can show what was near. */
export function evidenceOf(situation: Situation): readonly Evidence[] {
  const { findings } = situation;
  return [...(findings === undefined ? [] : ofCounts(findings, unitOf(situation))), ...ofTime(situation)];
}

function ofCounts(findings: Findings, unit: Unit): readonly Evidence[] {
  return [
    ofTest('rollback.server-error', findings.rollback['server-error']),
    ofTest('rollback.client-error', findings.rollback['client-error']),
    ...(findings.latency === undefined ? [] : [ofTest('rollback.latency', findings.latency)]),
    ...findings.metrics.map(({ plan: { name }, rollback }) => ofTest(`rollback.metric.${name}`, rollback)),
    ofTest('promotion', findings.promotion),
    ofTest('assignment', findings.assignment),
    ofTest('activity', findings.activity),
    ofSharedHarm(findings),
    {
      test: 'canary-units',
      unit: `${unit}s`,
      value: findings.canaryUnits,
      threshold: fewestCanaryUnits,
      counts: {},
    },
  ];
}

function ofTest(test: Evidence['test'], { logE, logThreshold, counts }: Test): Evidence {
  return { test, unit: 'log-e', value: logE, threshold: logThreshold, counts };
}

function ofSharedHarm({ sharedHarm }: Findings): Evidence {
  return {
    test: 'shared-harm',
    unit: 'log-e',
    value: sharedHarm.detection.logValue,
    threshold: sharedHarm.logThreshold,
    counts: {
      toleratedShare: sharedHarm.level,
      fromBefore: sharedHarm.source === 'before' ? 1 : 0,
      lastedSeconds: sharedHarm.lastedSeconds ?? 0,
    },
  };
}

function ofTime(situation: Situation): readonly Evidence[] {
  const { observation, now, elapsedSeconds, current, staleAfterSeconds } = situation;
  const age = observation === undefined ? undefined : trafficAgeSeconds(observation, now);
  return [
    { test: 'fresh', unit: 'seconds', value: age ?? null, threshold: staleAfterSeconds, counts: {} },
    { test: 'bake', unit: 'seconds', value: elapsedSeconds, threshold: current.bakeSeconds, counts: {} },
    { test: 'limit', unit: 'seconds', value: elapsedSeconds, threshold: current.limitSeconds, counts: {} },
  ];
}
