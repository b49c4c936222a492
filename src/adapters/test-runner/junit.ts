import { SaxesParser } from 'saxes';
import { countStates, type TestReport, type TestState } from '../../domain/test-comparison.ts';

const mostTests = 200_000;
const mostDepth = 100;

/**
 * JUnit XML as the runners write it (https://github.com/testmoapp/junitxml), alone or between the output of other programs;
 * several documents add up. Entities other than XML's own five are refused, so that none can be made to grow.
 * undefined: the text holds none.
 */
export function parseJunit(text: string): TestReport | undefined {
  const documents = documentsIn(text);
  if (documents.length === 0) return undefined;
  const read = documents.map(readDocument);
  const tests = read.flatMap((document) => document.tests);
  const complete = read.every((document) => document.complete);
  return { tests, counts: countStates(tests), complete, format: 'junit', documents: documents.length };
}

/** From each XML declaration, or outermost element, to the end of its last suite. */
function documentsIn(text: string): readonly string[] {
  const starts = [...text.matchAll(/<testsuites[\s>/]/g)].map(({ index }) => index);
  const alone = starts.length > 0 ? starts : [text.search(/<testsuite[\s>/]/)].filter((at) => at !== -1);
  return alone.map((from, at) => {
    const piece = text.slice(from, alone[at + 1]);
    const end = /^<testsuites/.test(piece) ? '</testsuites>' : '</testsuite>';
    const last = piece.lastIndexOf(end);
    return last === -1 ? piece : piece.slice(0, last + end.length);
  });
}

type Test = { readonly name: string; state: TestState };

function readDocument(text: string): { tests: readonly Test[]; complete: boolean } {
  const tests: Test[] = [];
  let current: Test | undefined;
  let depth = 0;
  let declared: number | undefined;
  let complete = true;
  const parser = new SaxesParser<{ xmlns: false }>({ xmlns: false });
  const stop = () => {
    complete = false;
  };
  parser.on('error', stop);
  parser.on('opentag', ({ name, attributes, isSelfClosing }) => {
    depth += isSelfClosing ? 0 : 1;
    if (depth > mostDepth || tests.length >= mostTests) stop();
    else if (name === 'testcase') {
      current = { name: [attributes.classname, attributes.name].filter(Boolean).join(' > '), state: 'ok' };
      tests.push(current);
    } else if (current !== undefined) current.state = stateOf(name) ?? current.state;
    else if (depth === 1) declared = declaredIn(attributes.tests);
  });
  parser.on('closetag', ({ name, isSelfClosing }) => {
    depth -= isSelfClosing ? 0 : 1;
    if (name === 'testcase') current = undefined;
  });
  try {
    parser.write(text).close();
  } catch {
    stop();
  }
  // Cut short, or more was promised than is there.
  return { tests, complete: complete && depth === 0 && tests.length >= (declared ?? 0) };
}

function stateOf(element: string): TestState | undefined {
  if (element === 'failure' || element === 'error') return 'not-ok';
  return element === 'skipped' ? 'skip' : undefined;
}

function declaredIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
