import type { InstanceExceptions } from '../../domain/crashes/exception.ts';
import type { Instance, ServiceSpec } from '../../ports/runtime.ts';
import type { ReceivedReport } from '../telemetry/otlp/receiver.ts';

/** What an instance reports of itself. */
export type InstanceTelemetry = ReceivedReport & {
  readonly service: string;
  readonly digest: string;
  readonly n: number;
  readonly restarts: number;
};

/** The instances of one version of a service, however they are run. Changes to it run one after the other. */
export interface Group {
  readonly service: string;
  readonly digest: string;
  /** From the moment a stop was accepted: nothing may be routed here any more. */
  stopping: boolean;
  /** It was found, and nobody asked for it here: it may be stopped, and never routed to. */
  readonly stray: boolean;
  /** Nothing is left of it to be remembered. */
  readonly empty: boolean;
  readonly graceSeconds: number;
  /** Where its instances listen, for the router. */
  readonly sockets: readonly string[];
  instances(): readonly Instance[];
  telemetry(): readonly InstanceTelemetry[];
  /** Since the last call. */
  takeExceptions(): readonly InstanceExceptions[];
  /** Whether one of its instances answers its health check now. */
  healthy(): Promise<boolean>;
  exclusive<T>(act: () => Promise<T>): Promise<T>;
  /** Runs as the spec says, all of it healthy, or rejects: then what it began itself has been ended again. */
  fill(spec: ServiceSpec): Promise<void>;
  /** One look, on a timer: it never throws. */
  tend(): void;
  /** Ends all of it for good. */
  end(): Promise<void>;
  /** Leaves it as it is, for a later supervisor. */
  release(): Promise<void>;
}
