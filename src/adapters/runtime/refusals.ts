import { AutolandError } from '../../domain/errors.ts';

export function refused(message: string, mend: string): AutolandError {
  return new AutolandError('runtime.refused', message, { mend });
}

export function beingStopped(service: string, digest: string): AutolandError {
  return refused(`${service} ${digest} is being stopped`, 'Try again after its grace.');
}

/** Two runtimes with one version would route to both, and stop one. */
export function runsElsewhere(service: string, digest: string, how: string): AutolandError {
  return refused(
    `${service} ${digest} is run ${how} already`,
    'adopt a commit that builds another release: the one that runs is stopped once nobody needs it',
  );
}
