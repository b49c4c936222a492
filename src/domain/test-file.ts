const testFolders = /(^|\/)(tests?|__tests__|specs?|__snapshots__|__mocks__|fixtures)\//i;
const testNames = /(^|\/)[^/]*[._-](test|spec)s?\.[^/]+$|(^|\/)(test|spec)\.[cm]?[jt]sx?$/i;
const testSettings =
  /(^|\/)((vitest|jest|playwright|cypress|karma|ava|nyc|c8)\.(config|workspace|setup)[^/]*|\.(mocharc|nycrc|c8rc|taprc)[^/]*)$/i;

/** Tests, their fixtures and snapshots, and the settings of test runners. */
export function isTestFile(path: string): boolean {
  return testFolders.test(path) || testNames.test(path) || testSettings.test(path);
}
