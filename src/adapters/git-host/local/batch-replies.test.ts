import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BatchReplies } from './batch-replies.ts';

const oid = (at: number) => at.toString(16).padStart(40, '0');
const contents = fc.array(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)));

it('reads whole replies, wherever what comes is cut', () => {
  fc.assert(
    fc.property(contents, fc.array(fc.nat({ max: 60 })), (blobs, cuts) => {
      const written = Buffer.concat(
        blobs.flatMap((blob, at) => [
          Buffer.from(`${oid(at)} blob ${blob.length}\n`),
          blob,
          Buffer.from('\n'),
        ]),
      );
      const replies = new BatchReplies(1000, () => true);
      const read = [];
      let from = 0;
      for (const cut of [...cuts, written.length]) {
        read.push(...replies.push(written.subarray(from, from + cut)));
        from += cut;
      }
      expect(read).toEqual(
        blobs.map((content, at) => ({ name: oid(at), type: 'blob', size: content.length, content })),
      );
    }),
  );
});

it('tells what is missing, is asked for without its content, or is too large', () => {
  const kinds = [true, false, true, true];
  const replies = new BatchReplies(5, () => kinds.shift() === true);
  const said = `${oid(1)} missing\n${oid(2)} commit 999\n${oid(3)} blob 1\na\n${oid(4)} blob 6\n`;
  // A reply that names nothing has no content to be asked about.
  kinds.shift();
  expect([...replies.push(Buffer.from(said))]).toMatchObject([
    undefined,
    { name: oid(2), type: 'commit', size: 999, content: Buffer.alloc(0) },
    { content: Buffer.from('a') },
    'too-large',
  ]);
  expect([...new BatchReplies(5, () => true).push(Buffer.alloc(5000, 'x'))]).toEqual(['unreadable']);
});
