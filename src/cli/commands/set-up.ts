import type { Command } from 'commander';
import { type CommonOptions, command, person } from '../options.ts';
import { print } from '../output.ts';
import { wrapAll } from '../render/text.ts';

export type UpOptions = CommonOptions & {
  port: string;
  allowUnsignedPolicy?: true;
  ephemeral?: true;
  runtimeCommands?: readonly string[];
};

/** From nothing to a running control plane. */
export function define(program: Command): void {
  command(program, 'init', {
    what: 'writes .autoland/ with safe defaults (level: observe), and says what it found and what is missing',
    example: 'init --dry-run',
  })
    .option('--dry-run', 'print the files instead of writing them')
    .action(init);
  command(program, 'doctor', {
    what: 'what works here, what does not, and the mend',
    example: 'doctor',
  }).action(doctor);
  command(program, 'up', {
    what: 'runs the control plane, the router and the service until it is interrupted',
    example: 'up --repo shop.git --port 7300',
  })
    .option('--port <port>', 'where services are served: 7300 and on, or shop=7300,admin=7400', '7300')
    .option('--allow-unsigned-policy', 'merge and deploy although the policy bears no signatures')
    .option(
      '--runtime-commands <path...>',
      'programs that may run versions somewhere else: files, or directories of them',
    )
    .option('--ephemeral', 'end everything when standard input closes')
    .action(up);
  command(program, 'adopt', {
    what: 'deploys what the protected branch holds now, as the stable version: an act of yours, without a canary',
    example: 'adopt',
  })
    .option('--dry-run', 'say what would be deployed')
    .action(adopt);
}

async function init(options: CommonOptions & { dryRun?: true }): Promise<void> {
  const { initRepository } = await import('../../wiring/doctor/init.ts');
  const { renderInit } = await import('../render/init.ts');
  const result = await initRepository(options.repo, options.dryRun === true);
  print(options.json, result, (safe) => renderInit(safe, result.files));
}

async function doctor(options: CommonOptions): Promise<void> {
  const { examine } = await import('../../wiring/doctor/doctor.ts');
  const { renderDoctor } = await import('../render/doctor.ts');
  const findings = await examine(options);
  print(options.json, findings, renderDoctor);
  if (findings.some(({ status }) => status === 'broken')) process.exitCode = 1;
}

async function up(options: UpOptions): Promise<void> {
  const [{ runUp }, { compileAhead }] = await Promise.all([
    import('../../wiring/up.ts'),
    import('../close.ts'),
  ]);
  await Promise.all([runUp(options), compileAhead()]);
}

async function adopt(options: CommonOptions & { dryRun?: true }): Promise<void> {
  const { adoptTip } = await import('../../wiring/serving/adopt.ts');
  const adopted = await adoptTip(options, { actor: person(), dryRun: options.dryRun === true });
  print(options.json, adopted, (safe) =>
    wrapAll([
      ...safe.retired.map(
        (name) => `${name} is no service of the branch any more: it ends when autoland up starts again`,
      ),
      `${options.dryRun ? 'would deploy' : 'deployed'} ${safe.commit.slice(0, 10)} as the stable version of ${safe.services.map(({ service }) => service).join(', ')}`,
    ]),
  );
}
