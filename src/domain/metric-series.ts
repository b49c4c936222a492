/** One series of a metrics store: its labels, and its samples as they were taken, none made up between them. */
export type MetricSeries = {
  readonly labels: Readonly<Record<string, string>>;
  /** Rising in time, by Unix seconds. A value may be no number: nothing is known of that moment. */
  readonly samples: readonly (readonly [at: number, value: number])[];
};
