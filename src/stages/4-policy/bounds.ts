const limits = { bytes: 64 * 1024, nesting: 24, chained: 500 };

/**
 * Why a text is too large for the Cedar engine; undefined: it is not. Deep nesting overflows the stack of the WebAssembly
 * module, and from then on every evaluation in this process fails: so it is found before Cedar sees the text.
 */
export function tooLarge(text: string): string | undefined {
  if (Buffer.byteLength(text) > limits.bytes) return 'expected at most 64 KiB of policies';
  const code = text.replace(/"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n]*/g, ' ');
  if (nesting(code) > limits.nesting) return `expected brackets nested at most ${limits.nesting} deep`;
  const chained = code.match(/&&|\|\||\bif\b/g)?.length ?? 0;
  return chained > limits.chained ? `expected at most ${limits.chained} of &&, || and if in all` : undefined;
}

function nesting(code: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of code) {
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
