import type { InstanceExceptions } from '../../../domain/crashes/exception.ts';
import type { SelfReport } from '../../../domain/self-report.ts';
import { Intake } from './intake.ts';
import { OtlpSocket, type Owner } from './otlp-socket.ts';
import { ReportPace } from './report-pace.ts';
import { SelfReports } from './self-reports.ts';

/** `lastSeen`: RFC 3339; null: it has never reported. `everySeconds`: how often; null: fewer than two reports. */
export type ReceivedReport = SelfReport & {
  readonly lastSeen: string | null;
  readonly everySeconds: number | null;
};

/**
 * One instance's own socket for OTLP, over HTTP and gRPC: who reports is known by the socket, whatever the payload claims.
 */
export class OtlpReceiver {
  readonly #socket: OtlpSocket;
  readonly #pace = new ReportPace();
  readonly #reports = new SelfReports();
  #lastSeen: string | null = null;

  /** `owner`: the ids that the service runs under, when they are not this process's own. */
  constructor(path: string, owner?: Owner) {
    const intake = new Intake(this.#reports, () => {
      this.#pace.reported(performance.now());
      this.#lastSeen = new Date().toISOString();
    });
    this.#socket = new OtlpSocket(path, intake, owner);
  }

  listen(): Promise<void> {
    return this.#socket.listen();
  }

  report(): ReceivedReport {
    const everySeconds = this.#pace.everySeconds(performance.now());
    return { ...this.#reports.report(), lastSeen: this.#lastSeen, everySeconds };
  }

  /** What was told since the last call. */
  takeExceptions(): Pick<InstanceExceptions, 'exceptions' | 'dropped'> {
    return this.#reports.exceptions.take();
  }

  close(): Promise<void> {
    return this.#socket.close();
  }
}
