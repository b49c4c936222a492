import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeTrie } from 'cspell-trie-lib';
import british from 'dictionary-en-gb';
import nspell from 'nspell';

export type Dictionaries = {
  /** English as Americans or Britons write it. */
  readonly isEnglish: (word: string) => boolean;
  /** Also a word of programming, which no correction may bring. */
  readonly isKnown: (word: string) => boolean;
};

/** About 200 ms and 150 MiB: for a process that ends soon. */
export function openDictionaries(): Dictionaries {
  const american = decodeTrie(gunzipSync(fileOf('@cspell/dict-en_us', 'en_US.trie.gz')));
  const { aff, dic } = british;
  const english = nspell(Buffer.from(aff), Buffer.from(dic));
  const terms = new Set(['softwareTerms.txt.gz', ...termFiles].flatMap(termsIn));
  const isEnglish = (word: string) => american.has(word) || english.correct(word);
  return { isEnglish, isKnown: (word) => terms.has(word) || isEnglish(word) };
}

const termFiles = [
  'coding-compound-terms.txt',
  'computing-acronyms.txt',
  'networkingTerms.txt',
  'software-tools.txt',
  'webServices.txt',
];

/** Its words, and the parts of its names. */
function termsIn(name: string): readonly string[] {
  const bytes = fileOf('@cspell/dict-software-terms', join('dict', name));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').toLowerCase());
  return lines.flatMap((line) => line.split(/[^a-z]+/)).filter((word) => word !== '');
}

const require = createRequire(import.meta.url);

/** These packages export nothing but a description of themselves; it lies beside their words. */
function fileOf(pkg: string, path: string): Buffer {
  return readFileSync(join(dirname(require.resolve(`${pkg}/cspell-ext.json`)), path));
}
