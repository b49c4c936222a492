type Argv = readonly [string, ...string[]];

/** Requests that are safe to be made by no user: the version is asked them before anybody meets it. */
export type WarmUp = {
  readonly paths: readonly string[];
  /** Of each instance, over all paths. */
  readonly requests: number;
  readonly timeoutSeconds: number;
};

type Spec = {
  readonly name: string;
  readonly health: { readonly path: string; readonly timeoutSeconds: number };
  /** Absent: it meets its users as it has started. */
  readonly warmUp?: WarmUp;
  readonly instances: number;
  /** In-flight requests of a stopped or closed version get this long; its websockets are cut after it. */
  readonly graceSeconds: number;
};

/** Instances are processes of this machine, in the sandbox. */
export type ProcessSpec = Spec & {
  /** Run in the release's directory inside the sandbox. */
  readonly command: Argv;
  /** Declared environment. Secrets are named by file, read by the supervisor, and never journalled. */
  readonly env: Readonly<Record<string, string>>;
  readonly secretFiles: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  readonly processes: number;
};

/** Of all programs of the operator for one service. */
export type CommandSettings = {
  /** Told to each of them as they are. */
  readonly settings: Readonly<Record<string, string>>;
  /** Told to each of them; named by file, read anew for each call, and never journalled. */
  readonly secretFiles: Readonly<Record<string, string>>;
  /** Of each of them that is to end. */
  readonly timeoutSeconds: number;
};

/** Programs that start, list and stop versions which run somewhere else. */
export type RuntimeCommands = CommandSettings & {
  readonly deploy: Argv;
  readonly status: Argv;
  readonly stop: Argv;
  /** Hosts and CIDR blocks: no instance is anywhere else. */
  readonly addresses: readonly string[];
};

/** Programs that set, at a front door of the operator's own, who gets the candidate, and that tell what users met there. */
export type FrontDoorCommands = CommandSettings & { readonly ramp: Argv; readonly witness: Argv };

/** Instances run somewhere else, and listen at addresses. */
export type DeployedSpec = Spec & { readonly commands: RuntimeCommands };

/** How a service wants to be run; from the protected branch's configuration. */
export type ServiceSpec = ProcessSpec | DeployedSpec;

export type Instance = {
  readonly service: string;
  readonly digest: string;
  /** null: it runs somewhere else. */
  readonly pid: number | null;
  /** Field 22 of /proc/PID/stat: with the pid it names a process for as long as the machine is up. null with the pid. */
  readonly startTime: string | null;
  /** Where it listens: the path of a Unix socket, or the address `http://HOST:PORT`. */
  readonly socket: string;
};

/** Who serves: the flag decides between the two. */
export type Route = {
  readonly service: string;
  readonly stable: string;
  /** null: every request goes to stable. */
  readonly candidate: null | { readonly digest: string; readonly flag: string; readonly nonce: string };
};

/** Runs releases. Every method MUST be idempotent. */
export interface Runtime {
  /** Starts (or adopts) the service's instances of a digest and waits until healthy. MUST verify the gate's attestation itself and reject with `runtime.refused`; `runtime.unhealthy` when the health check fails. */
  start(spec: ServiceSpec, digest: string): Promise<readonly Instance[]>;
  /** Ends the instances of a digest after the grace. MUST reject with `runtime.refused` while the digest is routed to. */
  stop(service: string, digest: string): Promise<void>;
  running(): Promise<readonly Instance[]>;
  /** Swaps the route in one atomic step; drops no request. MUST reject with `runtime.refused` when a digest has no healthy instance. */
  route(route: Route): Promise<void>;
  routes(): Promise<readonly Route[]>;
}
