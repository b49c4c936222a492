import type { CapabilityKind } from '../../domain/capabilities.ts';
import * as names from './capability-names.ts';
import { child, children, constant, identifier, type Node, property, quasi } from './tree.ts';

type Place = { readonly node: Node; readonly parent: Node | undefined; readonly field: string };
type Found = readonly (readonly [CapabilityKind, string])[];
type Rule = (place: Place) => Found;

const nothing: Found = [];

/** Names are taken at their word: a local `fetch` counts as the global one. */
export const rules: readonly Rule[] = [imports, calls, members, references, patches, hosts];

function imports({ node }: Place): Found {
  if (node.type === 'ImportExpression') return loaded(constant(child(node, 'source')), 'import(...)');
  if (!/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type)) return nothing;
  const source = child(node, 'source');
  return source === undefined || node.importKind === 'type' ? nothing : loaded(constant(source), 'import');
}

function loaded(spec: string | undefined, how: string): Found {
  if (spec === undefined) return [['dynamic-require', how]];
  if (/^(data|https?|file):/i.test(spec)) return [['dynamic-require', `import of ${spec.slice(0, 40)}`]];
  const name = spec.replace(/^node:/, '');
  if (/^[./]/.test(name)) return [['load', name]];
  if (names.networkModules.has(name)) return [['network', name]];
  if (names.execModules.has(name)) return [['exec', name]];
  if (names.evalModules.has(name)) return [['eval', name]];
  if (names.loaderModules.has(name)) return [['dynamic-require', name]];
  if (name === 'process') return [['environment', '*']];
  return inside.test(name) ? [['inner', name]] : nothing;
}

const inside = /^#|^(@[^/]+\/)?[^/]+\/./;

function calls({ node }: Place): Found {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return nothing;
  const callee = child(node, 'callee');
  const name = identifier(callee);
  const [first] = children(node, 'arguments');
  if (
    name === 'require' ||
    (property(callee) === 'require' && identifier(child(callee, 'object')) === 'module')
  ) {
    return loaded(constant(first), 'require(...)');
  }
  const member = name ?? property(callee) ?? '';
  if (names.writes.has(member)) return [['file-writes', member]];
  if (/^set(Timeout|Interval)$/.test(member) && constant(first) !== undefined) return [['eval', member]];
  const code = property(callee) === 'constructor' && first !== undefined && constant(first) !== undefined;
  if (code) return [['eval', 'constructor(...)']];
  return property(callee) === 'binding' && identifier(child(callee, 'object')) === 'process'
    ? [['exec', 'process.binding']]
    : nothing;
}

function members({ node, parent }: Place): Found {
  if (node.type !== 'MemberExpression') return nothing;
  const object = child(node, 'object');
  const owner = identifier(object);
  const name = property(node);
  if (owner === 'process' && name === 'env') return environment(node, parent);
  if (name === undefined) {
    const open =
      owner === 'process' || owner === 'module' || (owner !== undefined && names.globals.has(owner));
    return open && !isIndex(node) ? [['dynamic-require', `${owner}[...]`]] : nothing;
  }
  if (names.evalMembers.has(name)) return [['eval', name]];
  if (names.execMembers.has(name)) return [['exec', name]];
  if (names.loaderMembers.has(name)) return [['dynamic-require', name]];
  if (name === 'constructor' && property(object) === 'constructor')
    return [['eval', 'constructor.constructor']];
  if (owner === 'require' && /^(cache|extensions)$/.test(name))
    return [['dynamic-require', `require.${name}`]];
  if (owner === undefined || !names.globals.has(owner)) return nothing;
  if (names.networkGlobals.has(name)) return [['network', name]];
  if (name === 'process' || name === 'require') return [['dynamic-require', `${owner}.${name}`]];
  return name === 'Function' ? [['eval', 'Function']] : nothing;
}

/** `window[0]`, or a place in a list that only looks like one. */
function isIndex(node: Node): boolean {
  return typeof child(node, 'property')?.value === 'number';
}

function environment(node: Node, parent: Node | undefined): Found {
  const isRead = parent?.type === 'MemberExpression' && child(parent, 'object') === node;
  return [['environment', (isRead ? property(parent) : undefined) ?? '*']];
}

const declared = /^(params|id|label|local|imported|exported)$/;

function references({ node, parent, field }: Place): Found {
  const name = identifier(node);
  if (name === undefined || parent === undefined || declared.test(field)) return nothing;
  const isName = (field === 'property' || field === 'key') && parent.computed !== true;
  const isProbe = parent.type === 'UnaryExpression' && parent.operator === 'typeof';
  if (isProbe || (isName && parent.shorthand !== true)) return nothing;
  if (names.networkGlobals.has(name)) return [['network', name]];
  if (name === 'eval') return [['eval', name]];
  if (name === 'WebAssembly') return [['eval', name]];
  if (name === 'Function')
    return isCode(parent, field) && !(field === 'callee' && isReadable(parent)) ? [['eval', name]] : nothing;
  const used = field === 'callee' || field === 'object';
  if (name === 'require' && !used) return [['dynamic-require', 'require as a value']];
  if (name === 'process' && !used && field === 'init') return [['dynamic-require', 'process as a value']];
  return nothing;
}

/** `x instanceof Function` and `Function.prototype` make no code. */
function isCode(parent: Node, field: string): boolean {
  if (field === 'callee') return true;
  if (field === 'object') return /^(apply|call|bind|constructor)$/.test(property(parent) ?? '');
  return parent.type !== 'BinaryExpression';
}

/** `Function('return this')` and `Function('r', 'theirName = r')` are idioms of compilers, and hide nothing. */
function isReadable(call: Node): boolean {
  const texts = children(call, 'arguments').map(constant);
  const code = texts.at(-1);
  if (code === undefined || texts.some((text) => text === undefined || text.length > 200)) return false;
  const [, set] = /^\s*([\w$]+)\s*=\s*[\w$]+;?\s*$/.exec(code) ?? [];
  return /^\s*return this;?\s*$/.test(code) || (set !== undefined && !names.isPlatform(set));
}

function patches({ node }: Place): Found {
  if (node.type === 'AssignmentExpression') return patched(child(node, 'left'));
  if (node.type !== 'CallExpression') return nothing;
  const callee = child(node, 'callee');
  const owner = identifier(child(callee, 'object')) ?? '';
  const setter = /^(defineProperty|defineProperties|assign|setPrototypeOf|set)$/.test(property(callee) ?? '');
  if (!setter || !/^(Object|Reflect)$/.test(owner)) return nothing;
  const [target, key] = children(node, 'arguments');
  const name = shared(target);
  return name === undefined ? nothing : [['global-patching', `${name}.${constant(key) ?? '*'}`]];
}

function patched(left: Node | undefined): Found {
  if (left?.type !== 'MemberExpression') return nothing;
  const [name, key] = [shared(child(left, 'object')), property(left)];
  if (name === undefined) return nothing;
  // A library that puts itself beside what is there takes nothing from anybody.
  if (key !== undefined && names.globals.has(name) && !names.isPlatform(key)) return nothing;
  const what = `${name}.${key ?? '*'}`;
  return names.harmlessSettings.has(what) ? nothing : [['global-patching', what]];
}

/** A global, a builtin, or the prototype of one. */
function shared(node: Node | undefined): string | undefined {
  const name = identifier(node);
  if (name !== undefined) return names.isShared(name) ? name : undefined;
  const key = property(node);
  if (key === undefined) return undefined;
  const owner = shared(child(node, 'object'));
  if (owner === undefined) return undefined;
  return /^(prototype|__proto__|cache|extensions)$/.test(key) || names.isShared(key)
    ? `${owner}.${key}`
    : undefined;
}

function hosts({ node, parent }: Place): Found {
  const text =
    node.type === 'TemplateElement' ? quasi(node) : node.type === 'Literal' ? constant(node) : undefined;
  if (text === undefined) return nothing;
  const found = [...text.matchAll(/\b(?:https?|wss?|ftp):\/\/([\w.-]+)/gi)].map(([, host]) => host ?? '');
  const key = parent?.type === 'Property' ? (identifier(child(parent, 'key')) ?? '') : '';
  if (/^(host|hostname)$/i.test(key) && /^[\w-]+(\.[\w-]+)+$/.test(text)) found.push(text);
  return found.map((host) => ['host', host.toLowerCase()] as const);
}
