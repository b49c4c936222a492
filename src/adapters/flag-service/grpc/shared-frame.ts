import type { ServerHttp2Stream } from 'node:http2';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { callerKey } from './admit-call.ts';

/*
 * One message for many streams, encoded once. Its way through the library takes several times as long as the write itself, and
 * a kill waits for the last stream. What opens a stream, ends it, or comes to one that is behind goes the library's way.
 */

/** A Length-Prefixed-Message that is not compressed: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
export function frameOf<D extends DescMessage>(schema: D, message: MessageInitShape<D>): Buffer {
  const bytes = toBinary(schema, create(schema, message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/**
 * DANGER: only once the library has been asked for the message after the one before: then that one is written. false: it is not
 * sent, since the client takes another encoding, has not read what it was sent, or is gone.
 */
export function sendFrame({ values }: HandlerContext, frame: () => Buffer): boolean {
  const { stream } = values.get(callerKey);
  if (stream === null || !stream.headersSent || stream.writableNeedDrain) return false;
  if (stream.destroyed || stream.writableEnded) return false;
  stream.write(frame());
  return true;
}

/** null: the client takes JSON, or something else. */
export function binaryStream(
  contentType: string | undefined,
  stream: ServerHttp2Stream,
): ServerHttp2Stream | null {
  return /^application\/grpc(?:\+proto)?\s*(?:;|$)/.test(contentType ?? '') ? stream : null;
}
