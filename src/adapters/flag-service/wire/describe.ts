import { create, createFileRegistry, type DescFile, type FileRegistry } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_struct,
  FieldDescriptorProto_Label as Label,
  type MethodDescriptorProto,
  MethodDescriptorProtoSchema,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

/** A field's number and type; a type with a dot is a message. `?`: it is told apart whether it was sent. */
export type FieldSpec = readonly [number: number, type: ScalarName | `${string}.${string}`, presence?: '?'];
type ScalarName = 'string' | 'bool' | 'double' | 'int64';
export type MessageSpec = Readonly<Record<string, FieldSpec>>;
/** Request, response; `stream`: any number of responses. */
export type MethodSpec = readonly [request: string, response: string, kind?: 'stream'];

export type FileSpec = {
  readonly name: string;
  readonly messages: Readonly<Record<string, MessageSpec>>;
  /** Fields of a message of which one is set: message -> names. */
  readonly oneofs?: Readonly<Record<string, readonly string[]>>;
  /** Maps from text to a message of this file: message -> field -> number and message. */
  readonly maps?: Readonly<Record<string, Readonly<Record<string, readonly [number, string]>>>>;
  readonly service: string;
  readonly methods: Readonly<Record<string, MethodSpec>>;
};

export const STRUCT = 'google.protobuf.Struct';
const scalars: Readonly<Record<ScalarName, Type>> = {
  string: Type.STRING,
  bool: Type.BOOL,
  double: Type.DOUBLE,
  int64: Type.INT64,
};

/** Descriptors out of a plain description of messages and field numbers: no generator, nothing generated. */
export function describeFile(spec: FileSpec): FileRegistry {
  const service = {
    name: spec.service,
    method: Object.entries(spec.methods).map(([name, method]) => methodOf(spec, name, method)),
  };
  const file = create(FileDescriptorProtoSchema, {
    name: `${spec.name.replaceAll('.', '/')}.proto`,
    package: spec.name,
    syntax: 'proto3',
    dependency: [`${file_google_protobuf_struct.proto.name}`],
    messageType: Object.keys(spec.messages).map((name) => messageOf(spec, name)),
    service: [service],
  });
  return createFileRegistry(file, resolve);
}

function resolve(name: string): DescFile | undefined {
  return name === file_google_protobuf_struct.proto.name ? file_google_protobuf_struct : undefined;
}

function messageOf(spec: FileSpec, name: string): DescriptorProto {
  const choice = spec.oneofs?.[name];
  const maps = Object.entries(spec.maps?.[name] ?? {});
  const fields = Object.entries(spec.messages[name] ?? {}).map(([field, [number, type, presence]]) =>
    create(FieldDescriptorProtoSchema, {
      name: field,
      jsonName: jsonNameOf(field),
      number,
      label: Label.OPTIONAL,
      ...typeOf(type),
      ...(presence === '?' ? { proto3Optional: true } : {}),
      ...(choice?.includes(field) ? { oneofIndex: 0 } : {}),
    }),
  );
  return create(DescriptorProtoSchema, {
    name,
    field: [...fields, ...maps.map(([field, [number]]) => mapField(spec, name, field, number))],
    oneofDecl: choice === undefined ? [] : [{ name: 'value' }],
    nestedType: maps.map(([field, [, value]]) => entryOf(field, `.${spec.name}.${value}`)),
  });
}

/** As protoc writes it: without it all fields of a message have one name in JSON. */
function jsonNameOf(field: string): string {
  return field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function typeOf(type: FieldSpec[1]): { type: Type; typeName?: string } {
  return isScalar(type) ? { type: scalars[type] } : { type: Type.MESSAGE, typeName: `.${type}` };
}

function isScalar(type: FieldSpec[1]): type is ScalarName {
  return !type.includes('.');
}

function mapField({ name: file }: FileSpec, message: string, field: string, number: number) {
  return create(FieldDescriptorProtoSchema, {
    name: field,
    jsonName: jsonNameOf(field),
    number,
    label: Label.REPEATED,
    type: Type.MESSAGE,
    typeName: `.${file}.${message}.${entryName(field)}`,
  });
}

/** How a map is written on the wire: repeated pairs of key and value. */
function entryOf(field: string, value: string): DescriptorProto {
  const label = Label.OPTIONAL;
  return create(DescriptorProtoSchema, {
    name: entryName(field),
    field: [
      { name: 'key', number: 1, label, type: Type.STRING },
      { name: 'value', number: 2, label, type: Type.MESSAGE, typeName: value },
    ],
    options: { mapEntry: true },
  });
}

function entryName(field: string): string {
  return `${field.charAt(0).toUpperCase()}${field.slice(1)}Entry`;
}

function methodOf({ name: file }: FileSpec, name: string, spec: MethodSpec): MethodDescriptorProto {
  const [request, response, kind] = spec;
  return create(MethodDescriptorProtoSchema, {
    name,
    inputType: `.${file}.${request}`,
    outputType: `.${file}.${response}`,
    serverStreaming: kind === 'stream',
  });
}
