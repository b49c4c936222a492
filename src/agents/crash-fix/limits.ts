export type FixLimits = {
  readonly attempts: number;
  /** From the first attempt on; what runs then is let end. */
  readonly seconds: number;
  /** Places that are looked at. */
  readonly places: number;
  /** Fixes after which nothing more is tried. */
  readonly fixes: number;
  /** How old a line's commit may be to be called recent, and to be taken back. */
  readonly recentDays: number;
};

export const defaultFixLimits: FixLimits = {
  attempts: 60,
  seconds: 1800,
  places: 3,
  fixes: 3,
  recentDays: 14,
};
