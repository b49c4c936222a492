/**
 * A model whose answers stand in a file: node scripts/model-server.ts FILE [PORT]. It speaks as Anthropic's servers do below
 * /v1/messages, and as OpenAI's below /v1/chat/completions and /v1/responses. examples/model-script.yaml says what a file may hold.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ModelServer } from '../src/testing/model-server/model-server.ts';
import { scriptSchema } from '../src/testing/model-server/script.ts';

const [file, port = '0'] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node scripts/model-server.ts FILE [PORT]');
  process.exit(2);
}
const script = scriptSchema.safeParse(parse(readFileSync(file, 'utf8')));
if (!script.success) {
  for (const { path, message } of script.error.issues)
    console.error(`${file}: ${path.join('.')}: ${message}`);
  process.exit(2);
}
const server = await ModelServer.open({ script: script.data, port: Number(port) });
console.log(`Scripted answers at ${server.url} (Anthropic) and ${server.url}/v1 (OpenAI). Interrupt to end.`);
