import { describe, expect, it } from 'vitest';
import { toolsIn } from './tools.ts';

const tools = (devDependencies: Readonly<Record<string, string>>, scripts: object = {}) =>
  toolsIn(JSON.stringify({ devDependencies, scripts })).all.map((argv) => argv.join(' '));
const all = { eslint: '9', prettier: '3', '@biomejs/biome': '2', standard: '17' };

describe('toolsIn', () => {
  it('mends with what is safe alone, whatever the scripts say', () => {
    expect(
      tools(all, { lint: 'eslint --fix --fix-type problem --rule x:0 src', format: 'prettier -c src' }),
    ).toEqual([
      'node_modules/.bin/eslint --fix --fix-type suggestion,layout src',
      'node_modules/.bin/standard --fix .',
      'node_modules/.bin/biome check --write .',
      'node_modules/.bin/prettier --write --ignore-unknown src',
    ]);
    expect(tools(all, { l: 'biome check --write --unsafe ./src' })).toContain(
      'node_modules/.bin/biome check --write ./src',
    );
  });

  it('takes files and rules from the first script that calls it', () => {
    const scripts = {
      test: 'node --test && npx eslint --ext .js,.ts --max-warnings 0 --config=own.js "src/**/*.js" lib',
    };
    expect(tools({ eslint: '9' }, scripts)).toEqual([
      'node_modules/.bin/eslint --fix --fix-type suggestion,layout --ext .js,.ts --config own.js src/**/*.js lib',
    ]);
  });

  it('looks at all where a script names no place', () => {
    expect(tools({ eslint: '9' }, { lint: 'eslint -c own.js' })).toEqual([
      'node_modules/.bin/eslint --fix --fix-type suggestion,layout -c own.js .',
    ]);
  });

  it('knows what lays the text out and does nothing else', () => {
    const scripts = { lint: 'eslint src', format: 'prettier --check .' };
    const { layout } = toolsIn(JSON.stringify({ devDependencies: all, scripts }));
    expect(layout.map((argv) => argv.join(' '))).toEqual([
      'node_modules/.bin/eslint --fix --fix-type layout src',
      'node_modules/.bin/biome format --write .',
      'node_modules/.bin/prettier --write --ignore-unknown .',
    ]);
  });

  it('runs nothing that is not installed, and prettier only where a script calls it', () => {
    expect(tools({}, { lint: 'eslint .' })).toEqual([]);
    expect(tools({ prettier: '3' })).toEqual([]);
    expect(tools({ eslint: '9' })).toEqual(['node_modules/.bin/eslint --fix --fix-type suggestion,layout .']);
  });

  it('reads no script that a shell would have to read, and leaves the project never', () => {
    for (const lint of [
      'eslint $(id)',
      'eslint src > /tmp/x',
      'eslint /etc',
      'eslint ../other',
      'eslint -c ../x.js',
    ])
      expect(tools({ eslint: '9' }, { lint }), lint).toEqual([
        'node_modules/.bin/eslint --fix --fix-type suggestion,layout .',
      ]);
    expect(toolsIn('no json').all).toEqual([]);
    expect(toolsIn('\uFEFF{"devDependencies":{"eslint":"9"}}').all).toHaveLength(1);
    expect(toolsIn('[]').all).toEqual([]);
  });
});
