import type { FileKind } from '../../domain/change.ts';
import type { TestsRun, Workbench } from '../../ports/workbench.ts';
import { marked } from './prompt.ts';
import { listed, numbered, shortened, textOf } from './reading.ts';
import type { ToolInput, ToolWish } from './tools.ts';
import { replaced, type WritingRules, whyNotText, whyNotWritten } from './writing.ts';

/** What a tool answers. `isError`: nothing was done. */
export type Answer = { readonly output: string; readonly isError: boolean };

const mostTestRuns = 12;

/** The tools of one task, and what they have written. */
export class Tools {
  readonly draft = new Map<string, string>();
  readonly #bench: Workbench;
  readonly #rules: WritingRules;
  readonly #nonce: string;
  #files: ReadonlyMap<string, FileKind> | undefined;
  #tested: TestsRun | undefined;
  #testRuns = 0;

  constructor(bench: Workbench, rules: WritingRules, nonce: string) {
    this.#bench = bench;
    this.#rules = rules;
    this.#nonce = nonce;
  }

  /** How the tests of what is written now ended; undefined: nobody ran them. */
  get tested(): TestsRun['kind'] | undefined {
    return this.#tested?.kind;
  }

  async answer(wish: Exclude<ToolWish, { tool: 'finish' }>): Promise<Answer> {
    switch (wish.tool) {
      case 'list_files':
        return this.#list(wish.input);
      case 'read_file':
        return this.#read(wish.input);
      case 'search':
        return this.#search(wish.input);
      case 'edit_file':
        return this.#edit(wish.input);
      case 'write_file':
        return this.#write(wish.input.path, wish.input.content);
      case 'run_tests':
        return this.#test();
    }
  }

  async #list(input: ToolInput<'list_files'>): Promise<Answer> {
    const files = await this.#filesThere();
    return this.#data(listed([...new Set([...files.keys(), ...this.draft.keys()])], input));
  }

  async #read({ path, from, lines }: ToolInput<'read_file'>): Promise<Answer> {
    const text = await this.#textAt(path);
    return text === undefined ? noText(path) : this.#data(numbered(text, from, lines));
  }

  async #search(input: ToolInput<'search'>): Promise<Answer> {
    const found = await this.#bench.search(input, this.draft);
    if (found.kind === 'refused') return refused(`the pattern ${found.why}`);
    const lines = found.hits.map(({ path, line, text }) => `${path}:${line}: ${shortened(text, 300)}`);
    if (lines.length === 0) return { output: 'nothing is found', isError: false };
    return this.#data([...lines, ...(found.isCut ? ['(and more: narrow it)'] : [])].join('\n'));
  }

  async #edit({ path, old, new: by }: ToolInput<'edit_file'>): Promise<Answer> {
    const text = await this.#textAt(path);
    if (text === undefined) return noText(path);
    const edited = replaced(text, old, by);
    return typeof edited === 'string' ? refused(edited) : this.#write(path, edited.text);
  }

  async #write(path: string, text: string): Promise<Answer> {
    const files = await this.#filesThere();
    const problem = whyNotWritten({ path, files, draft: this.draft }, this.#rules) ?? whyNotText(text);
    if (problem !== undefined) return refused(`${path} is not written: ${problem}`);
    // A file that is no text would be lost for good.
    if (!this.draft.has(path) && files.has(path) && (await this.#textAt(path)) === undefined)
      return noText(path);
    this.draft.set(path, text);
    this.#tested = undefined;
    return { output: 'written', isError: false };
  }

  async #test(): Promise<Answer> {
    if (this.#tested === undefined && this.#testRuns >= mostTestRuns)
      return refused(`the tests have run ${mostTestRuns} times, which is as often as they may: finish`);
    if (this.#tested === undefined) {
      this.#testRuns += 1;
      this.#tested = await this.#bench.test(new Map(this.draft));
    }
    const { kind, tail } = this.#tested;
    return { output: `${endings[kind]}\n${marked(this.#nonce, tail)}`, isError: kind !== 'green' };
  }

  async #textAt(path: string): Promise<string | undefined> {
    const written = this.draft.get(path);
    if (written !== undefined) return written;
    const bytes = await this.#bench.read(path);
    return bytes && textOf(bytes);
  }

  async #filesThere(): Promise<ReadonlyMap<string, FileKind>> {
    this.#files ??= await this.#bench.files();
    return this.#files;
  }

  #data(text: string): Answer {
    return { output: marked(this.#nonce, text), isError: false };
  }
}

const endings: Readonly<Record<TestsRun['kind'], string>> = {
  green: 'The tests pass.',
  red: 'The tests fail.',
  'not-built': 'It could not be installed or built.',
  limit: 'The tests went over a limit.',
};

function refused(why: string): Answer {
  return { output: `error: ${why}`, isError: true };
}

function noText(path: string): Answer {
  return refused(`there is no text file at ${path}`);
}
