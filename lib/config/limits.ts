import type { LimitConfig, VestibuleConfig } from './config.ts';

/** A tenth of what an account's KMS signs with RSA keys in most Regions; it takes a mistake to reach. */
const perClient: LimitConfig = { perSecond: 100 };
/** Ten mistaken workloads behind one address, each trying five times a second. */
const perAddress: LimitConfig = { perSecond: 50 };

/** The limits of callers as the functions read them: `<requests a second>/<burst>`. */
export function limitsOf({ limits }: VestibuleConfig): { readonly client: string; readonly address: string } {
  return {
    client: written(limits?.perClient ?? perClient),
    address: written(limits?.perAddress ?? perAddress),
  };
}

/** As the functions read it. */
export function written({ perSecond, burst = 10 * perSecond }: LimitConfig): string {
  return `${perSecond}/${burst}`;
}
