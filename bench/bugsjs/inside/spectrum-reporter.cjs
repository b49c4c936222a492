'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');
const { relative } = require('node:path');
const { fileURLToPath } = require('node:url');

const session = new Session();
session.connect();

/** In the same thread the answer is there before `post` returns. */
function post(method, params) {
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw new Error(error.message);
    answer = result;
  });
  return answer;
}

const starts = new Map();
/** Where each line's first character that is no space stands. */
function startsOf(path) {
  if (!starts.has(path)) {
    let at = 0;
    const lines = readFileSync(path, 'utf8').split('\n');
    const found = lines.map((line) => {
      const start = at + Math.max(0, line.search(/\S/));
      at += line.length + 1;
      return line.trim() === '' ? -1 : start;
    });
    starts.set(path, found);
  }
  return starts.get(path);
}

function isOwn(url) {
  return (
    url.startsWith('file://') && !/\/(node_modules|test|tests|examples)\//.test(url) && !/autoland-/.test(url)
  );
}

/** The lines that ran since the last time, by file. */
function taken() {
  const lines = {};
  for (const { url, functions } of post('Profiler.takePreciseCoverage').result) {
    if (!isOwn(url)) continue;
    const path = fileURLToPath(url);
    const positions = startsOf(path);
    const ran = new Uint8Array(positions.length);
    const ranges = functions.flatMap((one) => one.ranges);
    // The outer ones first: what stands inside of them says more.
    ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
    for (const { startOffset, endOffset, count } of ranges)
      for (const [at, position] of positions.entries())
        if (position >= startOffset && position < endOffset) ran[at] = count > 0 ? 1 : 0;
    const found = [...ran.keys()].filter((at) => ran[at] === 1).map((at) => at + 1);
    if (found.length > 0) lines[relative(process.cwd(), path)] = found;
  }
  return lines;
}

/** Which lines each failing test ran, and how many passing tests ran each. */
module.exports = function SpectrumReporter(runner) {
  // Older versions read it.
  this.stats = { failures: 0 };
  const failed = [];
  const passing = {};
  let passed = 0;
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  runner.on('test', () => void post('Profiler.takePreciseCoverage'));
  runner.on('pass', () => {
    passed += 1;
    for (const [file, lines] of Object.entries(taken())) {
      passing[file] ??= {};
      for (const line of lines) passing[file][line] = (passing[file][line] ?? 0) + 1;
    }
  });
  runner.on('fail', (test, error) => {
    const { name, message, stack } = error || {};
    const text = { errorType: String(name), message: String(message), stack: String(stack) };
    failed.push({ title: test.fullTitle().replace(/\s+/g, ' '), ...text, lines: taken() });
  });
  runner.on('end', () => {
    writeFileSync('autoland-spectrum.json', JSON.stringify({ passed, passing, failed }));
    process.exit(0);
  });
};
