/** What the environment of a service asks of its recorder. */
export type SampleSettings = {
  /** Names of the packages whose calls are kept. */
  readonly packages: readonly string[];
  /** An existing directory that the service may write to. */
  readonly directory: string;
  /** Of the calls, from 0 to 1. */
  readonly share: number;
  /** Most calls that one process keeps, and most bytes. */
  readonly calls: number;
  readonly bytes: number;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** undefined: it is not asked to record, or not in a way that can be understood: then nothing is recorded. */
export function readSampleSettings(env: Environment): SampleSettings | undefined {
  const packages = (env.AUTOLAND_RECORD_PACKAGES ?? '').split(',').map((name) => name.trim());
  const directory = env.AUTOLAND_RECORD_DIRECTORY;
  const share = numberOf(env.AUTOLAND_RECORD_SHARE, 0.01, 1);
  const calls = numberOf(env.AUTOLAND_RECORD_CALLS, 2000, 100_000);
  const mebibytes = numberOf(env.AUTOLAND_RECORD_MIB, 4, 1024);
  const named = packages.filter((name) => name !== '');
  if (named.length === 0 || directory === undefined || directory === '') return undefined;
  if (share === undefined || calls === undefined || mebibytes === undefined) return undefined;
  return { packages: named, directory, share, calls, bytes: mebibytes * 1024 * 1024 };
}

function numberOf(text: string | undefined, otherwise: number, most: number): number | undefined {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  return value >= 0 && value <= most ? value : undefined;
}
