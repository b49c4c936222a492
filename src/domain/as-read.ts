/**
 * The forms in which a model may take a text: without what is invisible and in one form of each letter; with letters that look like
 * Latin ones taken for these; with what is escaped spelled out; and what stands in it as base64.
 */
export function formsOf(text: string): readonly string[] {
  const plain = plainOf(text);
  // What is spelled out may be invisible, or look like another letter, as what stands there.
  const spelled = plainOf(unescaped(plain));
  const forms = new Set([plain, inLatin(plain), spelled, inLatin(spelled), ...encodedIn(plain)]);
  return [...forms].map((form) => form.replaceAll(/[\s_*]+/g, ' '));
}

const escapes =
  /\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\u\{([0-9a-f]{1,6})\}|&#x([0-9a-f]{1,6});|%([0-9a-f]{2})|&#(\d{1,7});/gi;
const lastPoint = 0x10ffff;

/** As programs, pages and addresses write letters. */
function unescaped(text: string): string {
  return text.replaceAll(escapes, (whole, ...found: readonly (string | undefined)[]) => {
    const hex = found.slice(0, 5).find((digits) => digits !== undefined);
    const point = hex === undefined ? Number(found[5]) : Number.parseInt(hex, 16);
    return point <= lastPoint ? String.fromCodePoint(point) : whole;
  });
}

function plainOf(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text
    .replaceAll(/[\u{e0020}-\u{e007e}]/gu, (tag) =>
      String.fromCodePoint((tag.codePointAt(0) ?? 0) - firstTag),
    )
    .normalize('NFKC')
    .replaceAll(/[\p{Cf}\p{Mn}]/gu, '');
}

/** Tags spell text that nobody sees: each is the ASCII letter at that distance. */
const firstTag = 0xe0000;

/** Of Unicode's confusables (UTS 39) those of Cyrillic, Greek and Armenian that pass for a Latin letter in most fonts. */
const pairs =
  'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw ӏl вb кk мm тt пn АA ВB ЕE КK МM НH ОO РP СC ТT ХX УY ІI ЈJ ЅS αa οo ιi κk νv ρp υu τt ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX օo սu հh ոn';
const latin: ReadonlyMap<string, string> = new Map(
  pairs.split(' ').map((pair) => [pair.slice(0, 1), pair.slice(1)]),
);
const lookAlike = /[\u0370-\u03ff\u0400-\u052f\u0531-\u0587]/gu;

function inLatin(text: string): string {
  return text.replaceAll(lookAlike, (letter) => latin.get(letter) ?? letter);
}

const most = { pieces: 64, characters: 4_096 };
/** Shorter ones say nothing; hashes decode to what is no text. */
const encoded = /[A-Za-z0-9+/_-]{24,}={0,2}/g;

function encodedIn(text: string): readonly string[] {
  const found: string[] = [];
  for (const [piece] of text.matchAll(encoded)) {
    if (found.length === most.pieces) break;
    const decoded = Buffer.from(piece.slice(0, most.characters), 'base64').toString('latin1');
    if (/^[\t\n\r\x20-\x7e]+$/.test(decoded)) found.push(decoded);
  }
  return found;
}
