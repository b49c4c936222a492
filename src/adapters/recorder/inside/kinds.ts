import { types } from 'node:util';

const { getPrototypeOf, getOwnPropertyDescriptor, ownKeys } = Reflect;
const mostPrototypes = 20;

/** Own data property or undefined; runs no code of the value. */
export function ownValue(of: object, key: PropertyKey): unknown {
  return getOwnPropertyDescriptor(of, key)?.value;
}

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** `{}` of any realm (jest runs tests in another one), or without a prototype. */
export function isPlain(value: object): boolean {
  if (typeof value === 'function' || types.isProxy(value) || Array.isArray(value)) return false;
  const prototype = getPrototypeOf(value);
  if (prototype === null) return true;
  return (
    getPrototypeOf(prototype) === null && getOwnPropertyDescriptor(prototype, 'isPrototypeOf') !== undefined
  );
}

/** Objects with internal slots, which a proxy has not: behind one their methods throw. */
export function hasSlots(value: object): boolean {
  return (
    types.isPromise(value) ||
    types.isNativeError(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isArrayBufferView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isBoxedPrimitive(value) ||
    types.isExternal(value) ||
    types.isProxy(value)
  );
}

/** An object that is used for the functions in it. */
export function isNamespace(value: object): boolean {
  if (types.isModuleNamespaceObject(value)) return true;
  if (!isPlain(value)) return false;
  return ownKeys(value).some((key) => {
    const own = getOwnPropertyDescriptor(value, key);
    // Compilers re-export with getters.
    return own?.get !== undefined || typeof own?.value === 'function';
  });
}

const builtinMethods = new Set<unknown>(
  [Object.prototype, Function.prototype, Array.prototype].flatMap((prototype) =>
    ownKeys(prototype).map((key) =>
      key === 'caller' || key === 'arguments' ? undefined : ownValue(prototype, key),
    ),
  ),
);

/** `call`, `bind`, `hasOwnProperty`, …: they must see the proxy as their `this`, or the call would pass unseen. */
export function isBuiltinMethod(value: unknown): boolean {
  return builtinMethods.has(value);
}

const sourceOf = Function.prototype.toString;
const judged = new WeakMap<object, boolean>();

/** Not a class, nor a function of the platform such as `String`: packages compare those by identity. */
export function isCallback(value: () => unknown): boolean {
  const known = judged.get(value);
  if (known !== undefined) return known;
  const answer = !types.isProxy(value) && !isClass(value);
  judged.set(value, answer);
  return answer;
}

function isClass(value: () => unknown): boolean {
  const source: string = sourceOf.call(value).slice(0, 200);
  if (/^class\b/.test(source)) return true;
  if (/^function [\w$]+\(\) \{ \[native code\]/.test(source)) return true;
  const prototype = ownValue(value, 'prototype');
  return isObject(prototype) && !types.isGeneratorFunction(value) && ownKeys(prototype).length > 1;
}

/** Neither a class nor an object that can also be called: these hand out themselves. */
export function isMereFunction(value: () => unknown): boolean {
  return isCallback(value) && !Object.values(Object.getOwnPropertyDescriptors(value)).some(isMethod);
}

const isMethod = ({ enumerable, value }: PropertyDescriptor) =>
  enumerable === true && typeof value === 'function';

/** Wherever on the way to the first prototype. */
export function isAccessor(target: object, key: PropertyKey): boolean {
  let holder: object | null = target;
  for (let depth = 0; holder !== null && depth < mostPrototypes; depth++) {
    const own = getOwnPropertyDescriptor(holder, key);
    if (own !== undefined) return own.get !== undefined;
    holder = getPrototypeOf(holder);
  }
  return false;
}

/** What instances of a class are made from. */
export function prototypeOf(target: object): object | null {
  const prototype: unknown = getOwnPropertyDescriptor(target, 'prototype')?.value;
  return isObject(prototype) ? prototype : null;
}
