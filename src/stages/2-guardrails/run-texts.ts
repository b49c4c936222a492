import { isUtf8 } from 'node:buffer';
import type { FileChange } from '../../domain/change.ts';
import type { Classification } from '../../domain/stage.ts';
import { newMarks } from './documentation/lines.ts';
import { isProse } from './documentation/paths.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';
import { type HiddenText, hiddenText, saysGenerated } from './scope/hidden-text.ts';
import { isRootLockfile } from './scope/sizes.ts';
import { type AddressedText, clashesOf } from './scope/texts.ts';

const mostBytes = 1024 * 1024;
const mostFiles = 500;

type Git = GuardrailPorts['git'];
type Read =
  | {
      readonly hidden: readonly HiddenText[];
      readonly addressed: readonly AddressedText[];
      readonly isGenerated: boolean;
    }
  | 'unread';

/** What the changed files hold that a reader of the diff might not see. */
export const gatherTexts = gatherer<'texts'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, change }) {
    const { base, tree, files } = change.classification;
    const [before, after] = await Promise.all([deps.git.list(base, ''), deps.git.list(tree, '')]);
    const kinds = new Map(before.map(({ path, kind }) => [path, kind]));
    const texts = files.filter(isText);
    const read = await readAll(deps.git, change.classification, texts.slice(0, mostFiles));
    const changed = new Set(files.filter(({ status }) => status !== 'deleted').map(({ path }) => path));
    return {
      hidden: [...read.values()].flatMap((each) => (each === 'unread' ? [] : each.hidden)),
      addressed: [...read.values()].flatMap((each) => (each === 'unread' ? [] : each.addressed)),
      generated: [...read].flatMap(([path, each]) => (each !== 'unread' && each.isGenerated ? [path] : [])),
      unread: texts.map(({ path }) => path).filter((path) => (read.get(path) ?? 'unread') === 'unread'),
      clashes: clashesOf(
        after.map(({ path }) => path),
        changed,
      ),
      newlyExecutable: files
        .filter(({ kind, status }) => kind === 'executable' && status !== 'deleted' && status !== 'added')
        .filter(({ path, oldPath = path }) => kinds.get(oldPath) !== 'executable')
        .map(({ path }) => path),
    };
  },
});

/** A lockfile is read by its own guardrail; what is binary has a finding of its own. */
function isText({ path, status, kind, binary }: FileChange): boolean {
  return (
    status !== 'deleted' && (kind === 'file' || kind === 'executable') && !binary && !isRootLockfile(path)
  );
}

async function readAll(
  git: Git,
  { base, tree }: Classification,
  files: readonly FileChange[],
): Promise<ReadonlyMap<string, Read>> {
  const read = new Map<string, Read>();
  for (const { path, oldPath, status, size } of files) {
    const isTooLarge = size > mostBytes;
    const head = isTooLarge ? undefined : await git.readFile(tree, path);
    const before = status === 'added' || isTooLarge ? undefined : await git.readFile(base, oldPath ?? path);
    if (head === undefined || head.length > mostBytes || !isUtf8(head)) read.set(path, 'unread');
    else {
      const text = head.toString('utf8');
      const known = before === undefined || before.length > mostBytes ? '' : before.toString('utf8');
      read.set(path, {
        hidden: hiddenText(path, known, text),
        addressed: isProse(path) ? [] : addressedIn(path, known, text),
        isGenerated: saysGenerated(text),
      });
    }
  }
  return read;
}

function addressedIn(path: string, known: string, text: string): readonly AddressedText[] {
  const marks = newMarks(known, text).filter(({ kind }) => kind === 'instruction-text');
  return marks.slice(0, 10).map(({ line, quote }) => ({ path, line, quote }));
}
