import { z } from 'zod';
import { configSchema } from './schema.ts';

type SchemaNode = z.core.JSONSchema.BaseSchema;

/** For editors: completion and checks while typing. The loader checks more than JSON Schema can say. */
export function configJsonSchema(): SchemaNode {
  return z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
}

/** The keys that the schema knows at a path; [] where any are allowed or none can be. */
export function knownKeys(path: readonly (string | number)[]): readonly string[] {
  return keysOf(configSchema)(path);
}

/** The same of another schema. */
export function keysOf(schema: z.ZodType): (path: readonly (string | number)[]) => readonly string[] {
  return (path) => {
    let nodes: SchemaNode[] = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })];
    for (const part of path) nodes = nodes.flatMap(alternatives).flatMap((node) => childrenOf(node, part));
    return nodes.flatMap(alternatives).flatMap((node) => Object.keys(node.properties ?? {}));
  };
}

function alternatives(node: SchemaNode): SchemaNode[] {
  return [node, ...(node.anyOf ?? []).flatMap(alternatives), ...(node.allOf ?? []).flatMap(alternatives)];
}

function childrenOf(node: SchemaNode, part: string | number): SchemaNode[] {
  const child =
    typeof part === 'number' ? node.items : (node.properties?.[part] ?? node.additionalProperties);
  return typeof child === 'object' && !Array.isArray(child) ? [child] : [];
}
