import { readFileSync } from 'node:fs';
import { otlpSettings } from '../../adapters/telemetry/spans/otlp-settings.ts';
import type { OtlpSpanSink } from '../../adapters/telemetry/spans/otlp-span-sink.ts';
import { tellTrouble } from '../trouble.ts';

/** undefined: the operator has named no collector, or one that nothing can be sent to; that is told. Loaded where it is used only. */
export async function openSpanSink(
  env: Readonly<Record<string, string | undefined>>,
): Promise<OtlpSpanSink | undefined> {
  const settings = otlpSettings(env);
  if (settings === undefined) return undefined;
  const onTrouble = (message: string) => tellTrouble(message);
  if ('trouble' in settings) {
    onTrouble(`${settings.trouble}; no spans are sent`);
    return undefined;
  }
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const { OtlpSpanSink } = await import('../../adapters/telemetry/spans/otlp-span-sink.ts');
  return new OtlpSpanSink({ ...settings, version, onTrouble });
}
