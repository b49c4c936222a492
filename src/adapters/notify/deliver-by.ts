import { messageOf } from '../../domain/errors.ts';
import type { Delivery } from '../../domain/notification.ts';

/** What cannot even be sent, as without its secret, is a failure like any other: it is tried again, and told in `status`. */
export async function deliverBy(send: () => Promise<Delivery>): Promise<Delivery> {
  try {
    return await send();
  } catch (thrown) {
    return { kind: 'failed', why: messageOf(thrown) };
  }
}

/** The same of looking whether anything could be sent. */
export async function obstacleBy(look: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await look();
  } catch (thrown) {
    return messageOf(thrown);
  }
}
