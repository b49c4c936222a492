import { messageOf } from '../../../domain/errors.ts';
import { Admission, type Busy } from './admission.ts';
import { type Export, ExportRefused, mostBytes, type Reports, takeExport } from './exports.ts';

export type Outcome =
  | { readonly kind: 'taken'; readonly rejected: number; readonly why: string }
  | ({ readonly kind: 'busy'; readonly message: string } & Busy)
  | { readonly kind: 'too-large' | 'invalid'; readonly message: string };

/** `isGzipped`: as far as that is known only of the body itself. */
type Body = { readonly bytes: Buffer; readonly isGzipped: boolean };

/** Takes exports that come by one socket, whichever protocol they come by. */
export class Intake {
  readonly #reports: Reports;
  readonly #admission = new Admission();
  readonly #tookMetrics: () => void;

  constructor(reports: Reports, tookMetrics: () => void = () => {}) {
    this.#reports = reports;
    this.#tookMetrics = tookMetrics;
  }

  /** Never rejects. `read` may reject, and answers undefined for more than the encoding may have. */
  async take(
    { signal, encoding }: Omit<Export, 'isGzipped'>,
    read: () => Promise<Body | undefined>,
  ): Promise<Outcome> {
    const busy = this.#admission.begin();
    if (busy !== undefined) return { kind: 'busy', message: 'too much at a time', ...busy };
    const most = mostBytes[encoding];
    const tooLarge = { kind: 'too-large', message: `at most ${most} bytes, unpacked` } as const;
    let bytes = most;
    try {
      const body = await read();
      if (body === undefined) return tooLarge;
      const { isGzipped } = body;
      bytes = body.bytes.length;
      const taken = await takeExport(this.#reports, { signal, encoding, isGzipped }, body.bytes);
      bytes = taken.bytes;
      if (signal === 'metrics') this.#tookMetrics();
      return { kind: 'taken', rejected: taken.rejected, why: taken.why };
    } catch (thrown) {
      const isTooLarge = thrown instanceof ExportRefused && thrown.kind === 'too-large';
      if (isTooLarge) {
        // So much of it was unpacked.
        bytes = most;
        return tooLarge;
      }
      return { kind: 'invalid', message: messageOf(thrown).slice(0, 300) };
    } finally {
      this.#admission.end(bytes);
    }
  }
}
