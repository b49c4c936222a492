/** What the environment of a service asks of its recorder. */
export type SampleSettings = {
  /** Names of the packages whose calls are kept. */
  readonly packages: readonly string[];
  /** Files of the project whose exports are called, relative to where the service starts. */
  readonly modules: readonly string[];
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
  const packages = listOf(env.AUTOLAND_RECORD_PACKAGES);
  const modules = listOf(env.AUTOLAND_RECORD_MODULES).map((path) => path.replace(/^\.\//, ''));
  const directory = env.AUTOLAND_RECORD_DIRECTORY;
  const share = numberOf(env.AUTOLAND_RECORD_SHARE, 0.01, 1);
  const calls = numberOf(env.AUTOLAND_RECORD_CALLS, 2000, 100_000);
  const mebibytes = numberOf(env.AUTOLAND_RECORD_MIB, 4, 1024);
  if (packages.length + modules.length === 0 || directory === undefined || directory === '') return undefined;
  if (share === undefined || calls === undefined || mebibytes === undefined) return undefined;
  return { packages, modules, directory, share, calls, bytes: mebibytes * 1024 * 1024 };
}

const listOf = (text = '') =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

function numberOf(text: string | undefined, otherwise: number, most: number): number | undefined {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  return value >= 0 && value <= most ? value : undefined;
}
