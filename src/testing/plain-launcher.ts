import type { LaunchCommand, SandboxLauncher, ServiceJob } from '../ports/sandbox.ts';

/**
 * FOR TESTS ONLY: runs the command on the host itself, unconfined. Paths of the job's mounts are replaced by
 * those on the host, wherever they stand in its arguments and environment.
 */
export class PlainLauncherForTests implements SandboxLauncher {
  async launch(job: ServiceJob): Promise<LaunchCommand> {
    const onHost = (text: string) => {
      const mount = job.mounts
        .filter(({ target }) => text === target || text.startsWith(`${target}/`))
        .toSorted((a, b) => b.target.length - a.target.length)[0];
      return mount === undefined ? text : mount.source + text.slice(mount.target.length);
    };
    const env = Object.entries(job.env).map(([name, value]) => `${name}=${onHost(value)}`);
    const clean = ['env', '-i', '-C', onHost(job.cwd), ...env, ...job.argv.map(onHost)];
    // Each replaces itself by the next: the pid stays that of the service.
    return job.lifetime === 'with-parent'
      ? { file: 'setpriv', args: ['--pdeathsig', 'KILL', ...clean] }
      : { file: 'env', args: clean.slice(1) };
  }

  owner(): undefined {
    return undefined;
  }
}
