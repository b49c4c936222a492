import { join, normalize } from 'node:path';

type Named = {
  /** As it was asked for. */
  readonly path: string;
  /** The directory that it starts from. */
  readonly from?: string;
  /** What the kernel opened. */
  readonly opened?: string | undefined;
};

/** A path as one name: what was opened, where something was, and each process's own place in /proc as `/proc/self`. */
export function placeOf({ path, from = '/', opened }: Named): string {
  const asked = own(normalize(path.startsWith('/') ? path : join(from, path)));
  if (opened === undefined || !opened.startsWith('/')) return asked;
  // The kernel puts the number of the process there, which differs from run to run.
  const ownPlace = asked.startsWith('/proc/self/') && /^\/proc\/\d+\//.test(opened);
  return ownPlace ? asked : opened;
}

/** Ways through a process's own root and directory lead where plain paths do. */
function own(path: string): string {
  if (!path.startsWith('/proc/')) return path;
  const self = path.replace(/^\/proc\/thread-self(?=\/|$)/, '/proc/self');
  return self.startsWith('/proc/self/root/') ? self.slice('/proc/self/root'.length) : self;
}
