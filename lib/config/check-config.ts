import type { VestibuleConfig } from './config.ts';

/** The config cannot be deployed; the message lists every problem, one a line. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';
}

export function checkConfig(config: VestibuleConfig): VestibuleConfig {
  return config;
}
