/** On-demand list prices of us-east-1 in dollars for one unit, first tier, without free tiers; other Regions differ. */
export const prices = {
  httpApiRequest: 1 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  lambdaArmGigabyteSecond: 0.000_013_333_4,
  readUnit: 0.125 / 1e6,
  writeUnit: 0.625 / 1e6,
  kmsRsa2048Request: 0.03 / 1e4,
  logByte: 0.5 / 1e9,
} as const;
