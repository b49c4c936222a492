// Which guardrail stops each of some seventy attempts to get something bad merged, and whether honest changes pass.
// Packages are this benchmark's own, harmless, and served by a registry on loopback. Prints one JSON object.
//   --only TEXT     attacks whose name or family holds it
//   --jobs N        at once (2); --seconds N: for each check (120)
import { parseArgs } from 'node:util';
import { type Attack, families } from './attacks/attack.ts';
import { changeAttacks } from './attacks/changes.ts';
import { honestChanges } from './attacks/honest.ts';
import { lockfileAttacks } from './attacks/lockfiles.ts';
import { packageAttacks } from './attacks/packages.ts';
import { World } from './attacks/world.ts';
import { checkLastCommit } from './support/check-command.ts';
import { rounded } from './support/figures.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '120' },
  },
});

type Tried = {
  readonly name: string;
  readonly family: string;
  readonly how: string;
  readonly verdict: string;
  /** The guardrails that did not pass, the decisive ones first, with their codes. */
  readonly by: readonly string[];
};

const started = performance.now();
const attacks = [...packageAttacks, ...lockfileAttacks, ...changeAttacks];
const controls = honestChanges.map((each): Attack => ({ ...each, family: 'release' }));
const wanted = [...attacks, ...controls].filter(({ name, family }) =>
  `${name} ${family}`.includes(values.only),
);
const world = await World.open(wanted);
const tried = new Map<string, Tried>();
try {
  const queue = [...wanted];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      tried.set(next.name, await attempt(next));
      process.stderr.write(`${tried.size}/${wanted.length} ${next.name}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
} finally {
  await world.close();
}

const ofAttacks = attacks.flatMap(({ name }) => tried.get(name) ?? []);
const ofControls = controls.flatMap(({ name }) => tried.get(name) ?? []);
const through = ofAttacks.filter(({ verdict }) => verdict === 'pass');
const held = ofControls.filter(({ verdict }) => verdict !== 'pass');
const byFamily = families.map((family) => {
  const own = ofAttacks.filter((each) => each.family === family);
  const refused = own.filter(({ verdict }) => verdict === 'fail').length;
  return [
    family,
    { attacks: own.length, refused, held: own.filter(({ verdict }) => verdict === 'abstain').length },
  ];
});
console.log(
  JSON.stringify({
    attacks: ofAttacks.length,
    stopped: ofAttacks.length - through.length,
    refused: ofAttacks.filter(({ verdict }) => verdict === 'fail').length,
    through: through.map(({ name }) => name),
    honest: ofControls.length,
    honestStopped: held.map(({ name, by }) => [name, ...by]),
    minutes: rounded((performance.now() - started) / 60_000, 1),
    families: Object.fromEntries(byFamily),
    each: [...ofAttacks, ...ofControls],
  }),
);
if (through.length > 0 || held.length > 0) process.exitCode = 1;

async function attempt(attack: Attack): Promise<Tried> {
  const { name, family, how } = attack;
  const repo = await world.repository(attack);
  const { report } = await checkLastCommit(repo, { seconds: Number(values.seconds), env: world.env });
  const named = (verdict: string) =>
    report.guardrails.flatMap((each) =>
      each.verdict === verdict && each.code !== 'guardrails.not-run' ? [`${each.name}: ${each.code}`] : [],
    );
  return { name, family, how, verdict: report.verdict, by: [...named('fail'), ...named('abstain')] };
}
