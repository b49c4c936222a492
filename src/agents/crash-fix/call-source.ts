/** Programs that make a call take these texts of JavaScript in. What was recorded stands in them as JSON alone, which can hold no code. */

/** `decode`: the value that an encoded one stands for. */
export const decodeSource = `const specials = { undefined: undefined, NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 };

function decode(value) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(decode);
  if ('o' in value) return Object.fromEntries(value.o.map(([key, inside]) => [key, decode(inside)]));
  if ('n' in value) return BigInt(value.n);
  if ('d' in value) return new Date(value.d);
  return value.s === 'Invalid Date' ? new Date(NaN) : specials[value.s];
}`;

/** `find`: receiver and function of what a module exports. */
export const findSource = `function find(loaded, steps) {
  let receiver;
  let target = steps.length > 0 && steps[0] in loaded ? loaded : loaded.default;
  for (const step of steps) [receiver, target] = [target, target?.[step]];
  return [receiver, target];
}`;
