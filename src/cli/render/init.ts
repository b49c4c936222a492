import { printable } from '../../domain/printable.ts';
import type { InitResult } from '../../wiring/doctor/init.ts';
import { paint, wrap, wrapAll } from './text.ts';

/** `files` as they are: their lines are kept. */
export function renderInit(result: InitResult, files: InitResult['files']): string[] {
  return [
    ...result.found.flatMap((what) => row(paint('green', 'found'), what)),
    ...result.missing.flatMap((what) => row(paint('yellow', 'missing'), what)),
    ...files.flatMap(({ path, text, kept }) => {
      if (kept) return row('kept', `${path} (it was there)`);
      return result.dryRun
        ? ['', paint('bold', path), ...text.split('\n').map(printable)]
        : row('wrote', path);
    }),
    ...(result.dryRun ? [] : ['', ...wrapAll([result.next.say])]),
    // In one line: its commands are there to be copied.
    ...(result.dryRun || result.next.mend === null ? [] : [`  mend: ${result.next.mend}`]),
  ];
}

function row(label: string, text: string): string[] {
  const plain = label.replaceAll(/\p{Cc}\[\d+m/gu, '');
  return wrap(`${label}${' '.repeat(Math.max(1, 9 - plain.length))}${text}`, ' '.repeat(9));
}
