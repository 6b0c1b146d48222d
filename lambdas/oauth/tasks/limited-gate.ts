import type { SharedBuckets } from '../../ports/buckets.ts';
import { type GatePorts, type ProviderGate, providerGate } from '../../tasks/circuit.ts';
import { readLimit } from '../limits/bucket.ts';
import { limiter } from '../limits/limiter.ts';

interface Given extends Omit<GatePorts, 'rate'> {
  readonly buckets: SharedBuckets;
}

/** The gate before identity providers, which are asked no oftener than that: `<requests a second>/<burst>`, as `limiter` counts them. */
export function limitedGate(
  rate: string,
  { buckets, ...ports }: Given,
  counting: 'lenient' | 'exact',
): ProviderGate {
  const providers = limiter('idp', readLimit(rate), { buckets, random: ports.random }, counting);
  return providerGate({
    ...ports,
    rate: async (idp, now) => {
      const taken = await providers.take(idp, now);
      return taken.ok ? undefined : taken.refusal.retryAt;
    },
  });
}
