/*
 * Runs in the sandbox, by `node -e`, with what it is to do as its argument: starts the service of a tree, asks the check of it, and ends with the check's exit code.
 * 125: the service did not come up, so the check says nothing of this tree.
 */
const { spawn } = require('node:child_process');
const { createServer } = require('node:net');

const { command, env, health, seconds, check } = JSON.parse(process.argv[1]);
const unknown = 125;
const lookMs = 50;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** null: it was ended by a signal, or could not be started. */
const ended = (child) =>
  new Promise((resolve) => child.once('exit', (code) => resolve(code)).once('error', () => resolve(null)));

async function isHealthy(url, gone) {
  let isGone = false;
  void gone.then(() => {
    isGone = true;
  });
  for (const until = Date.now() + 1000 * seconds; Date.now() < until && !isGone; ) {
    const answer = await fetch(url + health, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    if (answer?.ok) return !isGone;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return false;
}

async function main() {
  // What the tests' reporter is told is for them alone.
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [file, ...args] = command;
  const options = { env: { ...inherited, ...env, PORT: String(port) }, stdio: 'ignore', detached: true };
  const service = spawn(file, args, options);
  const gone = ended(service);
  try {
    if (!(await isHealthy(url, gone))) return unknown;
    const asked = spawn('sh', ['-c', check], { env: { ...inherited, URL: url }, stdio: 'inherit' });
    return (await ended(asked)) ?? unknown;
  } finally {
    // Its children too: nothing of a tree outlives its answer.
    try {
      process.kill(-(service.pid ?? Number.NaN), 'SIGKILL');
    } catch {}
    await gone;
  }
}

main().then(
  (code) => process.exit(code),
  () => process.exit(unknown),
);
