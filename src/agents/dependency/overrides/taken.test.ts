import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../../domain/lockfile.ts';
import type { Project } from '../managers/run-read.ts';
import { whyTaken } from './taken.ts';

const update = {
  name: 'kit',
  override: { is: 'written', below: [{ name: 'app', range: '1.0.0' }] },
} as const;
const own = [{ name: 'kit', version: '1.0.1', below: 'app', range: '1.0.0' }];

function taken(dialect: Dialect, manifest: string, yaml?: string) {
  const project = {
    lockfile: { dialect },
    ...{ texts: new Map([['package.json', manifest]]), sources: new Map() },
    settings: new Map(yaml === undefined ? [] : [['pnpm-workspace.yaml', yaml]]),
  };
  if (yaml !== undefined) project.sources.set('pnpm-workspace.yaml', yaml);
  return whyTaken(project as unknown as Project, own, update);
}

describe('a place of an override', () => {
  it.each<[Dialect, string, string?]>([
    ['npm', '{}'],
    ['npm', '{"overrides": {"app": {"other": "1"}}}'],
    ['npm', '{"overrides": {"app": "2.0.0"}}'],
    ['npm', '{"overrides": {"app": {"kit": "1.0.1"}}}'],
    ['pnpm', '{"pnpm": {"overrides": {"kit": "1"}}}'],
    ['pnpm', '{}', 'overrides: {"app>kit": 1.0.1}'],
    ['yarn-classic', '{"resolutions": {"app/kit": "1"}}'],
    ['yarn-berry', '{"resolutions": {}}'],
  ])('is free, or holds what this agent wrote: %s %s %s', (dialect, manifest, yaml) => {
    expect(taken(dialect, manifest, yaml)).toBe(undefined);
  });

  it.each<[Dialect, string, string?]>([
    ['npm', '{"overrides": {"app": {"kit": "1.0.0"}}}'],
    ['npm', '{"overrides": {"app": {"kit": {".": "1.0.1"}}}}'],
    ['pnpm', '{"pnpm": {"overrides": {"app>kit": "1.0.0"}}}'],
    ['pnpm', '{}', 'overrides: {"app>kit": 1.0.0}'],
    ['yarn-classic', '{"resolutions": {"**/app/kit": "1.0.0"}}'],
    ['yarn-berry', '{"resolutions": {"app/kit": 1}}'],
  ])('is left to the person who wrote there: %s %s %s', (dialect, manifest, yaml) => {
    expect(taken(dialect, manifest, yaml)).toMatchObject({ code: 'dependency.overridden' });
  });

  it.each<[Dialect, string]>([
    ['npm', '{"overrides": [1]}'],
    ['npm', '{"overrides": "x"}'],
    ['npm', '{"overrides": {"app": [1]}}'],
    ['npm', '{"overrides": null}'],
    ['pnpm', '{"pnpm": "x"}'],
    ['pnpm', '{"pnpm": {"overrides": "x"}}'],
    ['yarn-classic', '{"resolutions": 5}'],
  ])('is none where no keys can stand: %s %s', (dialect, manifest) => {
    expect(taken(dialect, manifest)).toMatchObject({ code: 'manifest.invalid' });
  });
});
