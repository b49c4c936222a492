/** What is read out of the HTML within a document. No parser: what it misses is not linked, so it is no dead link. */
export type HtmlParts = {
  readonly urls: readonly { readonly url: string; readonly image: boolean; readonly text: string }[];
  readonly names: readonly string[];
  readonly headings: readonly string[];
};

// What is repeated has a limit: who writes the text must not decide how long it takes.
const tag = /<(a|img|source|h[1-6]|[a-z][\w-]{0,30})\b([^<>]{0,4000})>/gi;
const closing = /^([^<]{0,300})/;

/** `tail`: the text that follows, for what a link that ends there shows. */
export function htmlParts(html: string, tail = ''): HtmlParts {
  const urls: { url: string; image: boolean; text: string }[] = [];
  const names: string[] = [];
  const headings: string[] = [];
  for (const match of html.matchAll(tag)) {
    const [whole, name = '', attributes = ''] = match;
    const element = name.toLowerCase();
    const after = (html.slice(match.index + whole.length) + tail).slice(0, 2000);
    const [href, src] = [attribute(attributes, 'href'), attribute(attributes, 'src')];
    if (element === 'a' && href !== undefined) urls.push({ url: href, image: false, text: textOf(after) });
    if (element === 'img' && src !== undefined) urls.push({ url: src, image: true, text: '' });
    for (const given of ['id', 'name']) names.push(...list(attribute(attributes, given)));
    if (/^h[1-6]$/.test(element)) headings.push(headingText(after, element));
  }
  return { urls, names, headings };
}

function attribute(attributes: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s{0,5}=\\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(
    attributes,
  );
  const value = found?.[1] ?? found?.[2] ?? found?.[3];
  return value === undefined ? undefined : unescaped(value.trim());
}

/** The references that URLs hold. */
function unescaped(text: string): string {
  return text
    .replaceAll(/&amp;/gi, '&')
    .replaceAll(/&#x2f;|&#47;/gi, '/')
    .replaceAll(/&#x3a;|&#58;|&colon;/gi, ':');
}

function textOf(after: string): string {
  return closing.exec(after)?.[1]?.trim() ?? '';
}

function headingText(after: string, element: string): string {
  const end = after.toLowerCase().indexOf(`</${element}`);
  return after
    .slice(0, end === -1 ? 0 : end)
    .replaceAll(/<[^<>]{0,1000}>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function list<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
