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
