import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { AttributeValue, Span } from './gen-ai-span.ts';

export type Origin = { readonly service: string; readonly version: string };

/** ExportTraceServiceRequest of opentelemetry-proto 1.x, whose field numbers are fixed for good. */
export function encodeTraces(spans: readonly Span[], { service, version }: Origin): Uint8Array {
  const writer = new BinaryWriter();
  message(writer, 1, () => {
    message(writer, 1, () => {
      attribute(writer, 1, 'service.name', service);
      attribute(writer, 1, 'service.version', version);
    });
    message(writer, 2, () => {
      message(writer, 1, () => {
        text(writer, 1, 'autoland');
        text(writer, 2, version);
      });
      for (const span of spans) message(writer, 2, () => encodeSpan(writer, span));
    });
  });
  return writer.finish();
}

function encodeSpan(writer: BinaryWriter, span: Span): void {
  writer.tag(1, WireType.LengthDelimited).bytes(span.traceId);
  writer.tag(2, WireType.LengthDelimited).bytes(span.spanId);
  text(writer, 5, span.name);
  writer.tag(6, WireType.Varint).int32(span.kind);
  writer.tag(7, WireType.Bit64).fixed64(span.startNs);
  writer.tag(8, WireType.Bit64).fixed64(span.endNs);
  for (const [key, value] of Object.entries(span.attributes)) attribute(writer, 9, key, value);
  if (span.isError) message(writer, 15, () => writer.tag(3, WireType.Varint).int32(2));
}

function attribute(writer: BinaryWriter, field: number, key: string, value: AttributeValue): void {
  message(writer, field, () => {
    text(writer, 1, key);
    message(writer, 2, () => encodeValue(writer, value));
  });
}

function encodeValue(writer: BinaryWriter, value: AttributeValue): void {
  if (typeof value === 'string') text(writer, 1, value);
  else if (typeof value === 'boolean') writer.tag(2, WireType.Varint).bool(value);
  else if (typeof value !== 'number')
    message(writer, 5, () => {
      for (const item of value) message(writer, 1, () => encodeValue(writer, item));
    });
  else if (Number.isSafeInteger(value)) writer.tag(3, WireType.Varint).int64(value);
  else writer.tag(4, WireType.Bit64).double(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value.toWellFormed());
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}
