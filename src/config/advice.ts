import { changeClasses } from '../domain/change.ts';
import { levelOf } from './policy-digest.ts';
import { type Config, servicesOf } from './schema.ts';

type Advised = Pick<Config, 'autonomy' | 'service' | 'services' | 'rollout' | 'flags' | 'mcp'>;

/**
 * What is allowed and seldom meant, each with what comes of it; []: nothing strikes. Refused, it would end the start of a stable version
 * whose own commit says so.
 */
export function adviceOn(config: Advised): readonly string[] {
  return [...ofAutonomy(config), ...ofIdentity(config), ...ofMetrics(config), ...ofPorts(config)];
}

/** Of requests, or the same for everybody: whoever counts users by it counts none. */
const ofNobody =
  /^(?:host|connection|cookie|user-agent|accept(?:-.*)?|content-.*|if-.*|x-forwarded-(?:host|proto|port))$/;

function ofIdentity(config: Advised): readonly string[] {
  return servicesOf(config).flatMap(({ name, identity: { header } }) =>
    header !== null && ofNobody.test(header)
      ? [
          `identity.header ${header} of ${name} tells no user from another, or is new with each request: no rollout can be compared by it`,
        ]
      : [],
  );
}

/** Between 0 and 1 there is no factor. */
function ofMetrics({ rollout }: Advised): readonly string[] {
  const vain = rollout.metrics.filter(({ kind, tolerate }) => kind !== 'histogram' && tolerate !== 1);
  return vain.map(
    ({ name, kind }) =>
      `tolerate of the ${kind} ${name} counts for nothing: it is a factor between the numbers of a histogram`,
  );
}

function ofPorts({ flags: { serve }, mcp: { port } }: Advised): readonly string[] {
  if (serve === null) return [];
  const advice: string[] = [];
  const at = (['evaluation', 'sync', 'ofrep'] as const).find((name) => serve[name] === port);
  if (port !== null && at !== undefined)
    advice.push(`mcp.port and flags.serve.${at} are both ${port}: one of the two never listens`);
  if (serve.origins.length > 0 && serve.ofrep === null)
    advice.push('flags.serve.origins counts for nothing without ofrep: pages ask by it alone');
  return advice;
}

function ofAutonomy(config: Advised): readonly string[] {
  const { autonomy } = config;
  const at = (level: string) => changeClasses.filter((name) => levelOf(autonomy, name) === level);
  const deploying = at('deploy').filter((name) => name !== 'revert');
  if (servicesOf(config).length === 0 || deploying.length === 0) return [];
  const advice: string[] = [];
  if (levelOf(autonomy, 'revert') !== 'deploy')
    advice.push(
      'revert is not at deploy: what is rolled back stays on the branch until a person takes it off',
    );
  const merging = at('merge').filter((name) => name !== 'docs' && name !== 'revert');
  if (merging.length > 0)
    advice.push(`${merging.join(', ')} at merge: each holds the next release until autoland adopt`);
  return advice;
}
