import { mkdir, writeFile } from 'node:fs/promises';
import { configJsonSchema } from '../src/config/json-schema.ts';

const file = new URL('../schema/autoland.schema.json', import.meta.url);
await mkdir(new URL('.', file), { recursive: true });
await writeFile(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
