import { RestartPause } from '../restart-pause.ts';

/** Between two looks of our own. */
const LOOK_MS = 1000;
/** So many looks in a row without an answer, and it does not run any more. */
const MISSES = 3;

export type Patient = {
  readonly answers: () => Promise<boolean>;
  /** Nobody else is busy with it, and it is to run. */
  readonly isOurs: () => boolean;
  /** It never rejects. */
  readonly revive: () => Promise<void>;
};

/** Whether a version that runs somewhere else still answers, and when it is tried to have it run again. */
export class Pulse {
  readonly #patient: Patient;
  readonly #pause = new RestartPause();
  #misses = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  #answersSince = 0;

  constructor(patient: Patient) {
    this.#patient = patient;
  }

  get isGone(): boolean {
    return this.#misses >= MISSES;
  }

  /** What was found out just now. */
  found(answers: boolean): void {
    this.#misses = answers ? 0 : MISSES;
    if (answers) this.#answersSince = performance.now();
  }

  /** On a timer. Never throws. */
  tend(): void {
    const now = performance.now();
    if (this.#looking || now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    this.#looking = true;
    void this.#look(now).finally(() => {
      this.#looking = false;
    });
  }

  async #look(now: number): Promise<void> {
    const answers = await this.#patient.answers();
    this.#misses = answers ? 0 : this.#misses + 1;
    if (!answers) this.#answersSince = now;
    this.#pause.runs(now - this.#answersSince);
    // While it is in vain, each time after a longer pause.
    if (this.isGone && this.#patient.isOurs() && this.#pause.look(now) === 'over')
      await this.#patient.revive();
  }
}
