/** What the probe's job tries. The canaries are names and paths: their values never enter the sandbox. */
export type EscapePlan = {
  readonly hostPort: number;
  readonly canaryName: string;
  readonly canaryFile: string;
  readonly forbiddenWrites: readonly string[];
};

export type Finding = { readonly check: string; readonly ok: boolean; readonly detail: string };

/** A script that makes every attempt and prints the findings as JSON; each is ok only when it was seen to fail. */
export function escapeScript(plan: EscapePlan): string {
  const attempts = [tryNetwork, trySecrets, tryWrites, tryPrivileges, tryKeyring].map(
    (attempt) => `(${attempt.toString()})(plan)`,
  );
  return `const plan = ${JSON.stringify(plan)};
Promise.all([${attempts.join(',\n')}]).then((findings) => process.stdout.write(JSON.stringify(findings.flat())));`;
}

// The functions below run INSIDE the sandbox, from their own source text: they may use nothing of this module.

async function tryNetwork(plan: EscapePlan): Promise<Finding[]> {
  const net = process.getBuiltinModule('node:net');
  const connect = (host: string, port: number) =>
    new Promise<string>((resolve) => {
      const socket = net.connect({ host, port, timeout: 1_000 });
      socket.on('connect', () => resolve('connected'));
      socket.on('timeout', () => resolve('timeout'));
      socket.on('error', (thrown: NodeJS.ErrnoException) => resolve(thrown.code ?? 'error'));
    });
  const host = await connect('127.0.0.1', plan.hostPort);
  // TEST-NET-1 of RFC 5737: no answer proves nothing, only a missing route does.
  const outside = await connect('192.0.2.1', 443);
  const interfaces = Object.keys(process.getBuiltinModule('node:os').networkInterfaces());
  const ok =
    host === 'ECONNREFUSED' && outside === 'ENETUNREACH' && interfaces.every((name) => name === 'lo');
  const detail = `host: ${host}, internet: ${outside}, interfaces: ${interfaces.join(' ') || 'none'}`;
  return [{ check: 'egress', ok, detail }];
}

function trySecrets(plan: EscapePlan): Finding[] {
  const fs = process.getBuiltinModule('node:fs');
  const read = (path: string) => {
    try {
      return fs.readFileSync(path, 'latin1');
    } catch {
      return undefined;
    }
  };
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const leaked = pids.some((pid) => read(`/proc/${pid}/environ`)?.includes(plan.canaryName));
  const shown = read(plan.canaryFile) !== undefined;
  return [
    {
      check: 'host-environment',
      ok: !leaked,
      detail: leaked ? 'a variable of the host is readable' : 'not visible',
    },
    { check: 'host-files', ok: !shown, detail: shown ? `${plan.canaryFile} is readable` : 'not visible' },
  ];
}

function tryWrites(plan: EscapePlan): Finding[] {
  const fs = process.getBuiltinModule('node:fs');
  const written = plan.forbiddenWrites.filter((path) => {
    try {
      fs.writeFileSync(path, 'x');
      return true;
    } catch {
      return false;
    }
  });
  const detail = written.length === 0 ? 'refused' : `could write ${written.join(', ')}`;
  return [{ check: 'writes', ok: written.length === 0, detail }];
}

function tryPrivileges(): Finding[] {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const nested = spawnSync('unshare', ['--user', 'true']);
  // One that could not be started, or was killed, was not refused.
  const refused = nested.error === undefined && nested.status !== null && nested.status !== 0;
  const status = process.getBuiltinModule('node:fs').readFileSync('/proc/self/status', 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '?';
  const bare = ['CapEff', 'CapPrm', 'CapBnd'].every((name) => /^0+$/.test(field(name)));
  const uid = process.getuid?.() ?? 0;
  const detail = `uid ${uid}, capabilities ${field('CapEff')}, no new privileges ${field('NoNewPrivs')}`;
  return [
    {
      check: 'nested-namespaces',
      ok: refused,
      detail: nested.error?.message ?? (refused ? 'refused' : 'allowed'),
    },
    { check: 'unprivileged', ok: uid !== 0 && bare && field('NoNewPrivs') === '1', detail },
  ];
}

function tryKeyring(): Finding[] {
  const fs = process.getBuiltinModule('node:fs');
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const filtered = /^Seccomp:\s*2$/m.test(fs.readFileSync('/proc/self/status', 'utf8'));
  const listed = fs.existsSync('/proc/keys') && fs.readFileSync('/proc/keys', 'utf8') !== '';
  // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0). Node makes no such call; most systems have Perl.
  const number = process.arch === 'arm64' ? 219 : 250;
  const perl = spawnSync('perl', ['-e', `exit(syscall(${number}, 0, -3, 0) == -1 ? 10 : 11)`]);
  const untried = perl.error !== undefined;
  const ok = filtered && !listed && (untried || perl.status === 10);
  const call = untried ? 'not tried for want of Perl' : perl.status === 10 ? 'refused' : 'allowed';
  const detail = `filter ${filtered ? 'on' : 'off'}, keys ${listed ? 'listed' : 'not listed'}, keyctl ${call}`;
  return [{ check: 'keyring', ok, detail }];
}
