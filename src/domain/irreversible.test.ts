import { describe, expect, it } from 'vitest';
import { irreversiblePaths, usuallyIrreversible } from './irreversible.ts';

const found = (...paths: readonly string[]) =>
  irreversiblePaths(
    paths.map((path) => ({ path })),
    usuallyIrreversible,
  );

describe('what a rollback does not undo', () => {
  it.each([
    'db/migrations/20260101_add_price.js',
    'migrations/1.js',
    'prisma/schema.prisma',
    'prisma/migrations/1/migration.sql',
    'packages/api/knexfile.ts',
    'src/data-source.ts',
    'drizzle/0001_calm.json',
    'drizzle.config.ts',
    'db/migrate/001_create.rb',
    '.sequelizerc',
    '.env.production',
    'services/shop/.env',
    'DB/Migrations/1.JS',
    'db/migra\u200btions/1.js',
    'schema.SQL',
  ])('%s', (path) => {
    expect(found(path)).toEqual([path]);
  });

  it.each([
    'package-lock.json',
    'src/migrations.js',
    'src/sql.ts',
    'docs/migrations/README.md',
    'src/environment.ts',
    'sql/readme.md',
  ])('is not %s', (path) => {
    expect(found(path)).toEqual([]);
  });

  it('is also what leaves such a place', () => {
    const files = [{ path: 'old/1.js', oldPath: 'db/migrations/1.js' }];
    expect(irreversiblePaths(files, usuallyIrreversible)).toEqual(['db/migrations/1.js']);
  });

  it('is what people say it is', () => {
    const files = [{ path: 'queries/a.sql' }, { path: 'schema/a.sql' }];
    expect(irreversiblePaths(files, ['schema'])).toEqual(['schema/a.sql']);
    expect(irreversiblePaths(files, [])).toEqual([]);
  });
});
