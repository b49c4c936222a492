import { describe, onTestFinished } from 'vitest';
import { type WitnessStage, witnessContract } from '../../testing/contracts/witness.ts';
import { FrontDoorStage } from '../../testing/front-door-stage.ts';

async function contractStage(): Promise<WitnessStage> {
  const stage = new FrontDoorStage();
  onTestFinished(() => stage.close());
  await stage.rollout(0.5);
  let version = 1;
  return {
    witness: stage.witness,
    terms: stage.terms,
    visit: async (user) => {
      await stage.settled();
      return (await stage.ask('/', user)).body === 'new' ? 'canary' : 'baseline';
    },
    told: () => stage.told(),
    setWeight: async (weight) => {
      const written = await stage.flags.write(stage.terms.flag, weight, version);
      version = written.version;
      return version;
    },
  };
}

describe('a front door of the operator, as a witness', () => witnessContract(contractStage));
