import { access, realpath } from 'node:fs/promises';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';

export type MachineNpm = {
  /** npm's package directory. */
  readonly package: string;
  /** The Node that this npm runs with: npm looks for its global settings relative to it. */
  readonly node: string;
};

/** The machine's own npm, on the PATH or beside the running Node; undefined: there is none. */
export async function findNpm(env: NodeJS.ProcessEnv): Promise<MachineNpm | undefined> {
  const path = (env.PATH ?? '').split(delimiter).filter((directory) => isAbsolute(directory));
  for (const directory of [...path, dirname(process.execPath)]) {
    const script = await realpath(join(directory, 'npm')).catch(() => undefined);
    if (script === undefined || basename(script) !== 'npm-cli.js') continue;
    const beside = join(directory, 'node');
    const hasNode = await access(beside).then(
      () => true,
      () => false,
    );
    return { package: dirname(dirname(script)), node: hasNode ? beside : process.execPath };
  }
  return undefined;
}
