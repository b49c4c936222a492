/** What others report, each of its own crashes, tests and judges: beside ours for scale, never as a comparison of like with like. */
export const published = [
  {
    system: 'SapFix (Meta, 2019)',
    reported: '165 patches for 57 crashes in 90 days; a person approved each',
    source: 'https://doi.org/10.1109/ICSE-SEIP.2019.00039',
  },
  {
    system: 'Passerine (Google, 2025)',
    reported:
      'plausible patches for 73 % of bugs that machines reported and 25.6 % of those that people did, of 178, in 20 samples; for 43 % and 17.9 % one of them meant what people wrote',
    source: 'https://arxiv.org/abs/2501.07531',
  },
  {
    system: 'Engineering Agent (Meta, 2025)',
    reported:
      '42.3 % of test failures solved on its benchmark; 25.5 % of the fixes that it made in production landed',
    source: 'https://arxiv.org/abs/2507.18755',
  },
] as const;
