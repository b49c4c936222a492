import { setImmediate } from 'node:timers/promises';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { countStates, type TestReport, type TestState } from '../../domain/test-comparison.ts';

/** Also what several files may hold together. */
export const mostTests = 200_000;
const mostDocuments = 10_000;
const mostDepth = 100;

/**
 * JUnit XML as the runners write it (https://github.com/testmoapp/junitxml), alone or between the output of other programs;
 * several documents add up. Entities other than XML's own five are refused, so that none can be made to grow.
 * undefined: the text holds none.
 */
export function parseJunit(text: string): TestReport | undefined {
  const documents = documentsIn(text);
  if (documents.length === 0) return undefined;
  const read = documents.slice(0, mostDocuments).map(readDocument);
  const tests = read.flatMap((document) => document.tests);
  const complete = documents.length <= mostDocuments && read.every((document) => document.complete);
  return { tests, counts: countStates(tests), complete, format: 'junit', documents: documents.length };
}

const chunk = 256 * 1024;

/**
 * A file that holds one document and nothing else, whatever stands in its texts. undefined: it is no JUnit. Others get their
 * turn while a large one is read.
 */
export async function parseJunitFile(text: string): Promise<TestReport | undefined> {
  const reader = new DocumentReader();
  for (let at = 0; at < text.length; at += chunk) {
    reader.write(text.slice(at, at + chunk));
    await setImmediate();
  }
  const { root, tests, complete } = reader.end();
  if (root !== 'testsuites' && root !== 'testsuite') return undefined;
  return { tests, counts: countStates(tests), complete, format: 'junit', documents: 1 };
}

/** From each XML declaration, or outermost element, to the end of its last suite. */
function documentsIn(text: string): readonly string[] {
  const starts: number[] = [];
  for (const { index } of text.matchAll(/<testsuites[\s>/]/g)) {
    starts.push(index);
    if (starts.length > mostDocuments) break;
  }
  const alone = starts.length > 0 ? starts : [text.search(/<testsuite[\s>/]/)].filter((at) => at !== -1);
  return alone.map((from, at) => {
    const piece = text.slice(from, alone[at + 1]);
    const end = /^<testsuites/.test(piece) ? '</testsuites>' : '</testsuite>';
    const last = piece.lastIndexOf(end);
    return last === -1 ? piece : piece.slice(0, last + end.length);
  });
}

type Test = { readonly name: string; state: TestState };
type Document = {
  readonly root: string | undefined;
  readonly tests: readonly Test[];
  readonly complete: boolean;
};

function readDocument(text: string): Document {
  const reader = new DocumentReader();
  reader.write(text);
  return reader.end();
}

class DocumentReader {
  readonly #parser = new SaxesParser<{ xmlns: false }>({ xmlns: false });
  readonly #tests: Test[] = [];
  #root: string | undefined;
  #current: Test | undefined;
  #depth = 0;
  #declared = 0;
  #failed = false;

  constructor() {
    this.#parser.on('error', refuse);
    this.#parser.on('opentag', (tag) => this.#open(tag));
    this.#parser.on('closetag', ({ name, isSelfClosing }) => {
      this.#depth -= isSelfClosing ? 0 : 1;
      if (name === 'testcase') this.#current = undefined;
    });
  }

  write(text: string): void {
    this.#try(() => this.#parser.write(text));
  }

  end(): Document {
    this.#try(() => this.#parser.close());
    // Cut short, or more was promised than is there.
    const complete = !this.#failed && this.#depth === 0 && this.#tests.length >= this.#declared;
    return { root: this.#root, tests: this.#tests, complete };
  }

  /** After an error nothing counts, and reading on could take long. */
  #try(act: () => void): void {
    if (this.#failed) return;
    try {
      act();
    } catch {
      this.#failed = true;
    }
  }

  #open({ name, attributes, isSelfClosing }: SaxesTagPlain): void {
    this.#root ??= name;
    this.#depth += isSelfClosing ? 0 : 1;
    if (this.#depth > mostDepth || this.#tests.length >= mostTests) refuse();
    if (name === 'testcase') {
      const full = [attributes.classname, attributes.name].filter(Boolean).join(' > ');
      this.#current = { name: full, state: 'ok' };
      this.#tests.push(this.#current);
    } else if (this.#current !== undefined) this.#current.state = stateOf(name) ?? this.#current.state;
    else if (this.#depth === 1) this.#declared = declaredIn(attributes.tests) ?? 0;
  }
}

function refuse(): never {
  throw new Error('no report that can be read');
}

function stateOf(element: string): TestState | undefined {
  if (element === 'failure' || element === 'error') return 'not-ok';
  return element === 'skipped' ? 'skip' : undefined;
}

function declaredIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
