import type { ClientId } from '../../runtime/identifiers.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { LimitRefusal } from '../refusal.ts';
import { readLimit, type Refused } from './bucket.ts';
import { limiter, type Limiter, type LimiterPorts } from './limiter.ts';
import { addressBlock } from './source-address.ts';

/** Keeps requests that prove nobody within what one source address may send. */
export interface AddressLimit {
  /** Refuses while the address is over its limit; counts nothing and calls nobody. */
  readonly admit: (sourceAddress: string, now: Instant) => Result<undefined, LimitRefusal>;
  /** Counts a request that proved nobody, unless the address has none left. */
  readonly count: (sourceAddress: string, now: Instant) => Promise<Result<undefined, LimitRefusal>>;
}

/** Keeps a client that proved itself within what one client may ask. */
export interface ClientLimit {
  readonly count: (clientId: ClientId, now: Instant) => Promise<Result<undefined, LimitRefusal>>;
  /** The request was not the client's: it is nobody's burden but its sender's. */
  readonly giveBack: (clientId: ClientId) => void;
}

export interface CallerLimits {
  readonly address: AddressLimit;
  readonly client: ClientLimit;
}

/** Limits as the environment writes them, `<requests a second>/<burst>`. */
export function callerLimits(
  written: { readonly client: string; readonly address: string },
  ports: LimiterPorts,
): CallerLimits {
  return { address: addressLimit(written.address, ports), client: clientLimit(written.client, ports) };
}

/** `of`: what is counted of an address; its requests that prove nobody, or the clients that it registers. */
export function addressLimit(
  written: string,
  ports: LimiterPorts,
  of: 'address' | 'registration' = 'address',
): AddressLimit {
  const addresses = limiter(of, readLimit(written), ports);
  return {
    admit: (sourceAddress, now) => {
      const retryAt = addresses.refusedUntil(addressBlock(sourceAddress), now);
      return retryAt === undefined ? ok(undefined) : refused('address', addresses, { retryAt }, now);
    },
    count: async (sourceAddress, now) => {
      const taken = await addresses.take(addressBlock(sourceAddress), now);
      return taken.ok ? taken : refused('address', addresses, taken.refusal, now);
    },
  };
}

function clientLimit(written: string, ports: LimiterPorts): ClientLimit {
  const clients = limiter('client', readLimit(written), ports);
  return {
    count: async (clientId, now) => {
      const taken = await clients.take(clientId, now);
      return taken.ok ? taken : refused('client', clients, taken.refusal, now);
    },
    giveBack: clients.giveBack,
  };
}

function refused(
  of: LimitRefusal['of'],
  { limit }: Limiter,
  { retryAt }: Refused,
  now: Instant,
): Result<never, LimitRefusal> {
  return refuse({
    reason: 'too_many_requests',
    of,
    perSecond: limit.perSecond,
    retryAfterSeconds: Math.max(1, retryAt - now),
  });
}
