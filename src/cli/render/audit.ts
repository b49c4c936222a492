import type { LogVerification } from '../../audit/verify-log.ts';
import { counted } from '../../domain/words.ts';
import type { RecordingsCheck } from '../../views/recordings.ts';
import { paint, wrapAll } from './text.ts';

export function renderVerification(result: LogVerification): string[] {
  if (result.kind === 'ok')
    return wrapAll([
      `${paint('green', 'verified')}: ${counted(result.size, 'entry', 'entries')}, root ${result.root}`,
      `truncation ${result.truncation}`,
    ]);
  const { at } = result;
  const place =
    'entry' in at ? `entry ${at.entry}` : 'file' in at ? at.file : `entries ${at.from} to ${at.to}`;
  return wrapAll([
    `${paint('red', 'BROKEN')} at ${place} (${result.code})`,
    `  expected ${result.expected}`,
    `  found    ${result.found}`,
  ]);
}

/** With what agents and models said; null: it was left out. */
export function renderAudit(
  result: LogVerification & { readonly unread: string | null; readonly recordings: RecordingsCheck | null },
): string[] {
  const { recordings, unread } = result;
  if (unread !== null)
    return [
      ...renderVerification(result),
      ...wrapAll([
        `${paint('red', 'the journal is lost')}, and only what was published of it was verified: ${unread}`,
        'restore it from a backup: docs/guide/operations.md',
      ]),
    ];
  if (recordings === null) return [...renderVerification(result), 'what agents and models said was left out'];
  const { kept, erased, troubles } = recordings;
  // Where nothing was recorded there is nothing to tell.
  if (kept + erased === 0) return renderVerification(result);
  const gone = erased === 0 ? '' : `, ${erased} erased by a person`;
  const said = `${kept} recorded${gone}: ${troubles.length === 0 ? 'all whole' : `${counted(troubles.length, 'is not whole', 'are not whole')}`}`;
  return [
    ...renderVerification(result),
    ...wrapAll([
      said,
      ...troubles.map(({ entry, kind, detail }) => `${paint('red', kind)} at entry ${entry}: ${detail}`),
    ]),
  ];
}

export function renderErased(erased: {
  readonly id: string;
  readonly count: number;
  readonly tasks: readonly string[];
  readonly dryRun: boolean;
}): string[] {
  const { id, count, tasks, dryRun } = erased;
  const also = tasks.map((task) => `it names ${task}, which is kept: autoland audit erase ${task}`);
  if (count === 0) return wrapAll([`nothing of ${id} is there to be erased`, ...also]);
  const verb = dryRun ? 'would erase' : 'erased';
  return wrapAll([
    `${verb} ${counted(count, 'recording')} of ${id}`,
    ...also,
    'backups hold what they held: remove those that must not',
  ]);
}
