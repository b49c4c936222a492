import { createHash, randomBytes } from 'node:crypto';
import { access, chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Ids inside; outside they map to the job's own. */
export const INSIDE_ID = 1000;
export const INSIDE_HOME = '/home/sandbox';

/**
 * A way to look up names that is not there. It is tried when no file has a name, so that a tracer sees this; that the files
 * are asked again makes the answer what it is without: that there is no such name.
 */
const NO_LOOK_UP = 'autoland';

/** The file that is looked for then. */
export const LOOK_UP_FILE = `libnss_${NO_LOOK_UP}.so.2`;

const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': `sandbox:x:${INSIDE_ID}:${INSIDE_ID}::${INSIDE_HOME}:/bin/sh\n`,
  'etc/group': `sandbox:x:${INSIDE_ID}:\n`,
  'etc/hosts': '127.0.0.1 localhost\n::1 localhost\n',
  'etc/nsswitch.conf': `passwd: files\ngroup: files\nhosts: files ${NO_LOOK_UP} files\n`,
  'bin/npm': '#!/bin/sh\nexec /opt/node/bin/node /opt/npm/bin/npm-cli.js "$@"\n',
  'bin/npx': '#!/bin/sh\nexec /opt/node/bin/node /opt/npm/bin/npx-cli.js "$@"\n',
  empty: '',
};

/** In the skeleton, for bubblewrap alone: no sandbox sees it. */
export const FILTER_FILE = 'system-calls.bpf';

/**
 * Writes the few files that every sandbox sees in /etc and /opt/bin, and the filter that holds for it, once, and answers
 * their directory.
 */
export async function prepareSkeleton(base: string, filter: Buffer): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(FILES)).update(filter).digest('hex').slice(0, 16);
  const wanted = join(base, `skeleton-${digest}`);
  await publishOnce(wanted, async (draft) => {
    for (const [name, content] of Object.entries({ ...FILES, [FILTER_FILE]: filter })) {
      const path = join(draft, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      await chmod(path, name.startsWith('bin/') ? 0o755 : 0o644);
      await chmod(dirname(path), 0o755);
    }
  });
  return wanted;
}

/** Fills a draft directory and renames it into place; whoever loses the race uses the winner's. */
export async function publishOnce(wanted: string, fill: (draft: string) => Promise<void>): Promise<void> {
  if (await exists(wanted)) return;
  const draft = `${wanted}.${randomBytes(6).toString('hex')}.tmp`;
  await mkdir(draft, { mode: 0o755 });
  try {
    await fill(draft);
    await rename(draft, wanted);
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(wanted))) throw thrown;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
