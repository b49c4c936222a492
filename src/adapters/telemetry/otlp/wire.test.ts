import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricsRequest, tracesRequest } from './messages.ts';
import { SelfReports } from './self-reports.ts';
import { decode, encodePartialSuccess, encodeStatus, type Message } from './wire.ts';

const inner: Message = { 1: { name: 'text', type: 'string' } };
const message: Message = {
  1: { name: 'counts', type: 'fixed64', many: true },
  2: { name: 'inner', type: inner, many: true },
  3: { name: 'id', type: 'hex' },
  4: { name: 'offset', type: 'sint32' },
};

describe('decode', () => {
  it('reads known fields, packed or not, and passes over all others', () => {
    const bytes = new BinaryWriter()
      .tag(99, WireType.LengthDelimited)
      .string('of a later version')
      .tag(1, WireType.Bit64)
      .fixed64(7)
      .tag(1, WireType.LengthDelimited)
      .fork()
      .fixed64('18446744073709551615')
      .fixed64(8)
      .join()
      .tag(2, WireType.LengthDelimited)
      .fork()
      .tag(1, WireType.LengthDelimited)
      .string('a')
      .tag(2, WireType.Varint)
      .uint32(1)
      .join()
      .tag(3, WireType.LengthDelimited)
      .bytes(new Uint8Array([0, 255]))
      .tag(4, WireType.Varint)
      .sint32(-3)
      .finish();
    expect(decode(message, bytes)).toEqual({
      counts: ['7', '18446744073709551615', '8'],
      inner: [{ text: 'a' }],
      id: '00ff',
      offset: -3,
    });
  });

  it('takes a field of another type for one that it does not know', () => {
    const bytes = new BinaryWriter()
      .tag(3, WireType.Varint)
      .uint32(5)
      .tag(4, WireType.Bit64)
      .fixed64(1)
      .finish();
    expect(decode(message, bytes)).toEqual({});
  });

  it('throws at more values than a body may have', () => {
    const writer = new BinaryWriter();
    for (let n = 0; n < 400_001; n += 1) writer.tag(2, WireType.LengthDelimited).bytes(new Uint8Array());
    expect(() => decode(message, writer.finish())).toThrow(/values/);
  });

  it('throws or answers, and never hangs or takes much, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(
      fc.property(bytes, fc.constantFrom(metricsRequest, tracesRequest), (body, request) => {
        try {
          const data = decode(request, body);
          const reports = new SelfReports();
          if (request === metricsRequest) reports.takeMetrics(data);
          else reports.takeTraces(data);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('throws at each message that is cut within a field', () => {
    const whole = new BinaryWriter().tag(3, WireType.LengthDelimited).bytes(new Uint8Array(20)).finish();
    for (let length = 1; length < whole.length; length += 1)
      expect(() => decode(message, whole.subarray(0, length))).toThrow();
  });
});

it('answers nothing where nothing was rejected', () => {
  expect(encodePartialSuccess(0, '')).toEqual(new Uint8Array());
  expect([...encodePartialSuccess(3, 'ab')]).toEqual([0x0a, 6, 0x08, 3, 0x12, 2, 0x61, 0x62]);
  expect([...encodeStatus('ab')]).toEqual([0x12, 2, 0x61, 0x62]);
});
