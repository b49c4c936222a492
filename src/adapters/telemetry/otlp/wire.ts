import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

type Scalar =
  | 'string'
  | 'hex'
  | 'bool'
  | 'uint32'
  | 'int32'
  | 'sint32'
  | 'int64'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  | 'double';

export type Field = { readonly name: string; readonly type: Scalar | Message; readonly many?: true };
/** The fields of a message that are read, by number; all others are passed over. */
export type Message = { readonly [number: number]: Field };

/** Of one body: a few bytes may stand for many objects. */
const mostElements = 400_000;

/** As the same message looks in JSON: 64-bit integers are decimal strings. Throws for bytes that are no such message. */
export function decode(message: Message, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return decoded(message, bytes, { left: mostElements });
}

type Budget = { left: number };

function decoded(message: Message, bytes: Uint8Array, budget: Budget): Record<string, unknown> {
  const reader = new BinaryReader(bytes);
  const data: Record<string, unknown> = {};
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const field = Object.hasOwn(message, number) ? message[number] : undefined;
    if (field === undefined) reader.skip(wire, number);
    else read(reader, { field, wire, number }, data, budget);
  }
  return data;
}

type Found = { readonly field: Field; readonly wire: WireType; readonly number: number };

function read(
  reader: BinaryReader,
  { field, wire, number }: Found,
  data: Record<string, unknown>,
  budget: Budget,
): void {
  const { name, type, many } = field;
  const isPacked =
    many === true && typeof type === 'string' && wire === WireType.LengthDelimited && wireOf(type) !== wire;
  // Another type than ours is a field that is not known.
  if (!isPacked && wire !== wireOf(type)) reader.skip(wire, number);
  else if (isPacked) packed(reader, type, listOf(data, name), budget);
  else if (many === true) listOf(data, name).push(oneOf(reader, type, budget));
  else data[name] = oneOf(reader, type, budget);
}

function packed(reader: BinaryReader, type: Scalar, list: unknown[], budget: Budget): void {
  const inner = new BinaryReader(reader.bytes());
  while (inner.pos < inner.len) list.push(oneOf(inner, type, budget));
}

function oneOf(reader: BinaryReader, type: Scalar | Message, budget: Budget): unknown {
  budget.left -= 1;
  if (budget.left < 0) throw new RangeError(`more than ${mostElements} values in one body`);
  if (typeof type !== 'string') return decoded(type, reader.bytes(), budget);
  return scalars[type](reader);
}

const scalars: { readonly [S in Scalar]: (reader: BinaryReader) => unknown } = {
  string: (reader) => reader.string(),
  hex: (reader) => Buffer.from(reader.bytes()).toString('hex'),
  bool: (reader) => reader.bool(),
  uint32: (reader) => reader.uint32(),
  int32: (reader) => reader.int32(),
  sint32: (reader) => reader.sint32(),
  int64: (reader) => String(reader.int64()),
  uint64: (reader) => String(reader.uint64()),
  fixed64: (reader) => String(reader.fixed64()),
  sfixed64: (reader) => String(reader.sfixed64()),
  double: (reader) => reader.double(),
};

function wireOf(type: Scalar | Message): WireType {
  if (typeof type !== 'string' || type === 'string' || type === 'hex') return WireType.LengthDelimited;
  return type === 'fixed64' || type === 'sfixed64' || type === 'double' ? WireType.Bit64 : WireType.Varint;
}

function listOf(data: Record<string, unknown>, name: string): unknown[] {
  const list = data[name];
  if (Array.isArray(list)) return list;
  const made: unknown[] = [];
  data[name] = made;
  return made;
}

/** The answer to an export: how much of it was left out, and why. Empty: nothing. */
export function encodePartialSuccess(rejected: number, message: string): Uint8Array {
  if (rejected === 0 && message === '') return new Uint8Array();
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork();
  if (rejected > 0) writer.tag(1, WireType.Varint).int64(rejected);
  if (message !== '') writer.tag(2, WireType.LengthDelimited).string(message);
  return writer.join().finish();
}

/** google.rpc.Status, of which OTLP/HTTP asks for the message. */
export function encodeStatus(message: string): Uint8Array {
  return new BinaryWriter().tag(2, WireType.LengthDelimited).string(message).finish();
}
