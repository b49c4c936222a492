/** Packages see an environment without it. */
export function takeVariable(name: string): string {
  const value = process.env[name] ?? '';
  delete process.env[name];
  return value;
}
