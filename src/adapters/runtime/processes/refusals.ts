import { AutolandError } from '../../../domain/errors.ts';

export function refused(message: string, mend: string): AutolandError {
  return new AutolandError('runtime.refused', message, { mend });
}

export function beingStopped(service: string, digest: string): AutolandError {
  return refused(`${service} ${digest} is being stopped`, 'Try again after its grace.');
}
