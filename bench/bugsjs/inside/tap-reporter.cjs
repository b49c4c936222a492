'use strict';

/** A reporter for any version of mocha: TAP with a version line and whole titles, which older ones do not write. */
module.exports = function TapReporter(runner) {
  let count = 0;
  // Older versions read it.
  this.stats = { failures: 0 };
  const point = (test, word, directive = '') => {
    count += 1;
    const title = test.fullTitle().replace(/\s+/g, ' ').replace(/#/g, '\\#');
    process.stdout.write(`${word} ${count} - ${title}${directive}\n`);
  };
  process.stdout.write('TAP version 13\n');
  runner.on('pass', (test) => point(test, 'ok'));
  runner.on('pending', (test) => point(test, 'ok', ' # SKIP'));
  runner.on('fail', (test, error) => {
    this.stats.failures += 1;
    point(test, 'not ok');
    const stack = String((error && (error.stack || error.message)) || error);
    process.stdout.write(`  ---\n${stack.replace(/^/gm, '  | ')}\n  ...\n`);
  });
  // What the tests left listening would keep the process for ever.
  runner.on('end', () =>
    process.stdout.write(`1..${count}\n`, () => process.exit(this.stats.failures > 0 ? 1 : 0)),
  );
};
