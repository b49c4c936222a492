import { AutolandError } from '../domain/errors.ts';
import { type MetricPlan, metricKinds, metricName } from '../domain/metric.ts';

const mend =
  'write --metric checkout-failed:rate:higher, or cart-value:histogram:lower:1.1 to tolerate 1.1 times';

/** `NAME:KIND:WORSE`, and `:TOLERATE` of a histogram. */
export function readMetrics(texts: readonly string[] | undefined): readonly MetricPlan[] {
  return (texts ?? []).map(readMetric);
}

function readMetric(text: string): MetricPlan {
  const [name = '', kindText, worse, tolerateText, ...rest] = text.split(':');
  const kind = metricKinds.find((each) => each === kindText);
  const tolerate = tolerateText === undefined ? 1 : Number(tolerateText);
  const isWhole = metricName.test(name) && kind !== undefined && (worse === 'higher' || worse === 'lower');
  if (!isWhole || rest.length > 0) throw wrong(text, `NAME:KIND:WORSE, of a kind ${metricKinds.join(', ')}`);
  const isFactor = tolerateText !== '' && tolerate >= 1 && tolerate <= 100;
  if (!isFactor || (tolerateText !== undefined && kind !== 'histogram'))
    throw wrong(text, 'a factor from 1 to 100 behind a histogram alone');
  return { name, kind, worse, tolerate };
}

function wrong(text: string, wanted: string): AutolandError {
  return new AutolandError('usage', `expected ${wanted}, found ${JSON.stringify(text.slice(0, 80))}`, {
    mend,
  });
}
