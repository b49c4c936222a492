/** Within the child only: what it covers is the credential itself. */
export type RawMatch = {
  readonly rule: string;
  readonly certain: boolean;
  readonly from: number;
  readonly to: number;
};
