import { maskSecrets } from '../../../domain/mask.ts';
import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { failing, guardrail, type Problem } from '../facts.ts';
import type { FoundSecret, Place } from './texts.ts';

/** Nothing that lands holds a credential: no file, no commit on the way, no message, no name. */
export const secrets = guardrail('secrets', ['secrets'], ({ secrets: facts }) => {
  const { found, unread, keyFiles, lookAways, looked } = facts;
  const evidence = {
    files: looked.files,
    commits: looked.commits,
    ignoredComments: lookAways.slice(0, shown).map(({ path, line }) => `${shownPath(path)}:${line}`),
  };
  const failure = failing(found.filter(({ certain }) => certain).map(problemOf));
  if (failure !== undefined) return { ...failure, evidence: { ...failure.evidence, ...evidence } };
  const doubt = failing([
    ...found.map(problemOf),
    ...keyFiles.map(keyFileProblem),
    ...unread.map(({ what, why }) => ({
      code: 'secrets.not-read',
      detail: `${shownPath(what)} was not looked into: ${why}.`,
    })),
  ]);
  if (doubt !== undefined)
    return { ...doubt, verdict: 'abstain', evidence: { ...doubt.evidence, ...evidence } };
  const commits = looked.commits === 0 ? '' : ` and ${counted(looked.commits, 'commit')}`;
  const reason = `No secret is in ${counted(looked.files, 'changed file')}${commits}.`;
  return { verdict: 'pass', code: 'secrets.none', reason, evidence };
});

const shown = 10;

function problemOf({ rule, certain, place, line }: FoundSecret): Problem {
  const code = certain ? 'secrets.found' : 'secrets.suspected';
  const what = certain ? `holds a secret (${rule})` : 'gives a random text to what is named as a secret';
  return { code, detail: `${placeText(place, line)} ${what}.` };
}

function keyFileProblem(path: string): Problem {
  return {
    code: 'secrets.key-file',
    detail: `${shownPath(path)} has a name that files with credentials have.`,
  };
}

function placeText(place: Place, line: number): string {
  switch (place.kind) {
    case 'file':
      return `${shownPath(place.path)}:${line}`;
    case 'history':
      return `${shownPath(place.path)}:${line} of commit ${place.commit.slice(0, 12)}`;
    case 'message':
      return `The message of commit ${place.commit.slice(0, 12)}`;
    // The name is what must not be shown.
    case 'name':
      return `The name of a file in ${shownPath(place.path.split('/').slice(0, -1).join('/')) || 'the root'}`;
    case 'proposal':
      return `The ${place.part} of the proposal`;
  }
}

/** A path can hold a credential too. */
function shownPath(path: string): string {
  return maskSecrets(printable(path), []);
}
