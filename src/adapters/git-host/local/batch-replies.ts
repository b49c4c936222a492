export type BatchObject = {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Empty where only the rest was asked for. */
  readonly content: Buffer;
};

/** undefined: git has no such object. */
export type Reply = BatchObject | undefined;

export type BatchFault = 'too-large' | 'unreadable';

const newline = 0x0a;
/** A name, a type and a size; what is missing is told with the name that was asked for. */
const mostHeader = 4096;
const headed = /^([0-9a-f]{40,64}) ([a-z]+) (\d{1,15})$/;

type Body = { readonly object: Omit<BatchObject, 'content'>; readonly bytes: Buffer; at: number };

/** Reads what `git cat-file --batch-command` writes, as it comes. */
export class BatchReplies {
  readonly #most: number;
  readonly #hasContent: () => boolean;
  #header: Buffer = Buffer.alloc(0);
  #body: Body | undefined;

  /** `most`: bytes of one object. `hasContent`: whether the next reply was asked for with its content. */
  constructor(most: number, hasContent: () => boolean) {
    this.#most = most;
    this.#hasContent = hasContent;
  }

  /** After a fault nothing more may be read. `hasContent` is asked about each reply once the ones before were taken. */
  *push(chunk: Buffer): Generator<Reply | BatchFault> {
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#body !== undefined) {
        rest = this.#fill(this.#body, rest);
        const { object, bytes, at } = this.#body;
        if (at < object.size + 1) return;
        this.#body = undefined;
        yield { ...object, content: bytes.subarray(0, object.size) };
        continue;
      }
      const end = rest.indexOf(newline);
      this.#header = Buffer.concat([this.#header, end === -1 ? rest : rest.subarray(0, end)]);
      if (this.#header.length > mostHeader) {
        yield 'unreadable';
        return;
      }
      if (end === -1) return;
      rest = rest.subarray(end + 1);
      const object = this.#read();
      if (object === undefined || !this.#hasContent()) {
        yield object && { ...object, content: Buffer.alloc(0) };
        continue;
      }
      if (object.size > this.#most) {
        yield 'too-large';
        return;
      }
      // With the line's end that git puts after it.
      this.#body = { object, bytes: Buffer.allocUnsafeSlow(object.size + 1), at: 0 };
    }
  }

  #read(): Omit<BatchObject, 'content'> | undefined {
    const [, name, type, size] = headed.exec(this.#header.toString('latin1')) ?? [];
    this.#header = Buffer.alloc(0);
    return name === undefined || type === undefined ? undefined : { name, type, size: Number(size) };
  }

  /** Answers what is left. */
  #fill(body: Body, rest: Buffer): Buffer {
    const taken = rest.copy(body.bytes, body.at);
    body.at += taken;
    return rest.subarray(taken);
  }
}
