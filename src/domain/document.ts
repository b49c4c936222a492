/** What a Markdown document points at and can be pointed at, without its text. Lines count from 1. */
export type DocumentOutline = {
  readonly links: readonly DocumentLink[];
  /** Names that a fragment can have: those of its headings by GitHub's rules, and those that its HTML gives. */
  readonly anchors: readonly string[];
  readonly blocks: readonly CodeBlock[];
  /** Lines that a reader of the rendered page does not see: HTML comments, definitions that nothing uses. */
  readonly hidden: readonly { readonly from: number; readonly to: number }[];
};

export type DocumentLink = {
  /** As it is written, character references resolved. */
  readonly url: string;
  /** What the reader sees; for an image: ''. */
  readonly text: string;
  readonly line: number;
  readonly image: boolean;
};

export type CodeBlock = {
  /** The first word after the fence, in lower case. */
  readonly language: string;
  readonly text: string;
  readonly line: number;
};

/** A document with the places that an edit needs. Places count UTF-16 units of its text, from 0. */
export type DocumentReading = {
  readonly outline: DocumentOutline;
  /** Where the URL of each link of the outline is written; null: elsewhere, or in another form. */
  readonly places: readonly (number | null)[];
  /** Words of running text, in lower case as they stand; none of headings, links or code. */
  readonly words: readonly DocumentWord[];
  readonly codes: readonly WrittenCode[];
};

export type DocumentWord = { readonly text: string; readonly at: number; readonly line: number };

export type WrittenCode = {
  /** As it is written: a block with its fences, a span with its backticks. */
  readonly source: string;
  readonly at: number;
  readonly line: number;
  /** The first word after the fence, in lower case; null: within a line. */
  readonly language: string | null;
};
