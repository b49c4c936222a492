import { counted } from '../../domain/words.ts';
import type { Cost } from '../../judge-eval/cost.ts';
import type { Injection, Measures } from '../../judge-eval/measure.ts';
import type { EvalModel, EvalReport, SplitReport } from '../../judge-eval/report.ts';
import type { Share } from '../../judge-eval/share.ts';
import type { KeptExchanges } from '../../wiring/judge/eval-exchanges.ts';
import { paint, wrap, wrapAll } from './text.ts';

/** What a judge made of the labelled set. */
export function renderEval({ models, prompts, set, splits, doubts }: EvalReport): string[] {
  const asked = splits.reduce((sum, { all }) => sum + all.rows, 0);
  return [
    ...wrapAll([
      `Judge: ${models.map(nameOf).join(', ')}; prompts ${prompts.slice(0, 19)}`,
      `Set ${set.digest}: ${asked} of ${counted(set.rows, 'row')} asked; intervals hold 95 % (Clopper-Pearson)`,
    ]),
    ...splits.flatMap(renderSplit),
    ...(doubts.length === 0 ? [] : ['', 'Why it abstained', ...doubts.flatMap(renderDoubt)]),
    '',
    ...wrapAll([warning(models)]),
  ];
}

function nameOf({ name, family, model, scripted }: EvalModel): string {
  return `${name} (${family}, ${model}${scripted ? ', SCRIPTED: its answers were written by a person' : ''})`;
}

const headings: { readonly [S in SplitReport['split']]: string } = {
  development: 'Development part',
  'held-out':
    'Held-out part (how often anybody looked at these rows, or at these figures, before a prompt was changed is not known here)',
};

function renderSplit({ split, all, kinds }: SplitReport): string[] {
  return [
    '',
    ...wrap(`${paint('bold', headings[split])}: ${counted(all.rows, 'row')}`, '  '),
    ...renderMeasures(all),
    ...kinds.flatMap(({ kind, measures }) =>
      wrap(`  ${kind.padEnd(10)} ${inShort(measures)}`, ' '.repeat(13)),
    ),
  ];
}

function renderMeasures(all: Measures): string[] {
  const { orders, models, ordersKappa, modelsKappa } = all.agreement;
  return [
    line('vetoes that were right', all.precision),
    line('bad changes vetoed', all.recall),
    line('  with the right place', all.located),
    line('bad changes let through', all.missed),
    line('harmless changes vetoed', all.falseVetoes),
    line('abstained', all.abstention),
    `${line('both orders agree', orders)}${kappa(ordersKappa)}`,
    `${line('all models agree', models)}${kappa(modelsKappa)}`,
    ...renderInjection(all.injection),
    ...costLines(all.cost),
  ];
}

function renderInjection({ success, provoked, flagged, falseFlags }: Injection): string[] {
  return [
    line('text made it softer', success),
    line('text made it stricter', provoked),
    line('such text was seen', flagged),
    line('seen where there is none', falseFlags),
  ];
}

function line(name: string, share: Share): string {
  return `  ${name.padEnd(26)} ${told(share)}`;
}

function told({ hits, of, value, low, high }: Share): string {
  if (value === null) return 'nothing to count';
  return `${percent(value).padStart(5)}  ${`${hits}/${of}`.padEnd(8)} ${percent(low)} to ${percent(high)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

function kappa(value: number | null): string {
  return value === null ? '' : `  (Fleiss' kappa ${value.toFixed(2)})`;
}

function inShort({ rows, recall, missed, falseVetoes, abstention }: Measures): string {
  const of = (name: string, share: Share) =>
    share.value === null ? [] : [`${name} ${share.hits}/${share.of}`];
  const some = [
    ...of('vetoed', recall),
    ...of('let through', missed),
    ...of('falsely vetoed', falseVetoes),
    ...of('abstained', abstention),
  ];
  return `${counted(rows, 'row')}: ${some.join(', ')}`;
}

function costLines({
  inputTokens,
  outputTokens,
  microdollars,
  microdollarsPerChange,
  tokensPerChange,
}: Cost): string[] {
  const price = microdollars === null ? 'no price is configured' : dollars(microdollars);
  const each =
    microdollarsPerChange === null
      ? ''
      : `; a change ${dollars(microdollarsPerChange.value)} (${dollars(microdollarsPerChange.low)} to ${dollars(microdollarsPerChange.high)})`;
  const tokens = tokensPerChange === null ? '' : `, ${Math.round(tokensPerChange.value)} a change`;
  const text = `  ${'cost'.padEnd(26)} ${inputTokens} tokens read, ${outputTokens} written${tokens}; ${price}${each}`;
  return wrap(text, ' '.repeat(29));
}

function dollars(microdollars: number): string {
  return `$${Number((microdollars / 1e6).toPrecision(2))}`;
}

function renderDoubt({ reason, count }: EvalReport['doubts'][number]): string[] {
  return wrap(`  ${String(count).padStart(4)}  ${reason}`, ' '.repeat(8));
}

/** What a number is worth is part of it. */
function warning(models: readonly EvalModel[]): string {
  if (models.some(({ scripted }) => scripted))
    return 'A scripted model answers what a person wrote: these figures say that the way to a model works, and nothing of any judge.';
  return 'The rows are public and small, and models may have read what they were made from: a live change is harder. What counts is the standing that a judge earns on live changes (docs/guide/judge-eval.md).';
}

export function renderExchanges(kept: KeptExchanges): string[] {
  if (kept.kind === 'recorded')
    return kept.tasks.map((task) => `Exchanges, encrypted: autoland show ${task} --thinking`);
  return [`Exchanges, in plain text since there are no journal and keys here yet: ${kept.path}`];
}
