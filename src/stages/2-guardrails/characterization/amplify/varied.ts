/** How a value was made from another one. */
export const operators = [
  'recombined',
  'number',
  'empty',
  'cut',
  'doubled',
  'case',
  'blank',
  'letter',
  'digit',
  'sign',
  'long',
  'control',
  'path',
  'proto-key',
  'constructor-key',
  'flag',
  'list',
  'dropped',
  'option',
] as const;
export type Operator = (typeof operators)[number];

export type Varied<Value> = { readonly operator: Operator; readonly value: Value };
