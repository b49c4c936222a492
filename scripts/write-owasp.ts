import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { owaspPage } from './owasp/page.ts';
import { readTags } from './owasp/read-tags.ts';

const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'docs/guide/owasp.md'), owaspPage(readTags(root)));
