const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

export const networkModules = words(
  'http https http2 net tls dgram dns dns/promises quic axios node-fetch got request undici ws superagent needle',
);
export const execModules = words(
  'child_process cluster worker_threads inspector inspector/promises execa cross-spawn shelljs node-pty',
);
export const evalModules = words('vm repl vm2');
export const loaderModules = words('module');
export const networkGlobals = words('fetch WebSocket XMLHttpRequest EventSource WebTransport');
export const globals = words('global globalThis window self');
/** Names that mean code or the loader, whatever object they are read from. */
export const evalMembers = words('eval runInThisContext runInNewContext runInContext compileFunction');
export const execMembers = words('dlopen _linkedBinding');
export const loaderMembers = words('mainModule _load createRequire getBuiltinModule registerHooks');
export const writes = words(
  'writeFile writeFileSync appendFile appendFileSync createWriteStream copyFile copyFileSync symlink symlinkSync chmod chmodSync unlink unlinkSync rmSync rmdirSync renameSync',
);
const builtins = words(
  'Object Function Array String Number Boolean Symbol Promise Date RegExp Map Set WeakMap WeakSet JSON Math Reflect Proxy Error Buffer console process require',
);
/** What programs set every day and what changes nothing for others. */
export const harmlessSettings = words('process.exitCode process.title Error.stackTraceLimit');

export function isShared(name: string): boolean {
  return builtins.has(name) || globals.has(name);
}

const platform = new Set(Object.getOwnPropertyNames(globalThis));

/** A name that programs expect to mean what the platform, or a tool that looks for it, means by it. */
export function isPlatform(name: string): boolean {
  return isShared(name) || networkGlobals.has(name) || platform.has(name) || /^(?:__|on[a-z])|^_$/.test(name);
}
