import type { DPoPHandle } from 'oauth4webapi';
import type { IssuedToken } from '../token-client/token-answer.ts';
import { covers } from './discovery.ts';
import { TokenRefused } from './errors.ts';
import type { TokenWish } from './grants.ts';
import { withinPatience } from './patience.ts';
import { remedyFor, type Remedy } from './remedies.ts';
import type { RepeatableRequest } from './requests.ts';
import type { Wire } from './wire.ts';

/** An access token for one resource, to be presented there and nowhere else. */
export interface AccessToken {
  readonly value: string;
  readonly type: 'Bearer' | 'DPoP';
  /** Seconds since 1970; undefined where the server does not say. */
  readonly expiresAt: number | undefined;
  /** What was granted, where the server says so; it may be less than what was asked. */
  readonly scope: string | undefined;
}

export function accessToken({ value, type, expiresAt, scope }: IssuedToken): AccessToken {
  return { value, type: type === 'DPoP' ? 'DPoP' : 'Bearer', expiresAt, scope };
}

/** What it takes to present a token. */
export interface Presenting {
  readonly wire: Wire;
  readonly dpop: DPoPHandle | undefined;
  readonly patienceSeconds: number;
}

/** The tokens of one principal. */
export interface Own {
  readonly wishFor: (resource: string) => TokenWish;
  readonly get: (wish: TokenWish, signal?: AbortSignal) => Promise<IssuedToken>;
  readonly drop: (wish: TokenWish, refused: IssuedToken) => Promise<void>;
  readonly want: (resource: string, scope: string) => void;
}

/** Sends the request with a token, and again after each remedy, none of which is tried twice. */
export async function present(
  { wire, dpop, patienceSeconds }: Presenting,
  own: Own,
  request: RepeatableRequest,
  resource: string,
  remedyOf = remedyFor,
): Promise<Response> {
  const tried = new Set<Remedy['kind']>();
  for (;;) {
    const wish = own.wishFor(resource);
    const held = await own.get(wish, request.signal);
    const key = held.type === 'DPoP' ? dpop : undefined;
    const response = await withinPatience(wire, patienceSeconds, () =>
      request.withToken(wire.fetch, held, key),
    );
    const remedy = remedyOf(response, wish.scope);
    if (remedy === undefined || tried.has(remedy.kind)) return response;
    tried.add(remedy.kind);
    if (remedy.kind === 'another-token') await own.drop(wish, held);
    if (remedy.kind === 'more-scope') {
      // What is not to be had is answered as the server answered it: its challenge says what was missing.
      if (!(await isToBeHad(own, { ...wish, scope: remedy.scope }, request.signal))) return response;
      own.want(resource, remedy.scope);
    }
    await response.body?.cancel();
  }
}

async function isToBeHad(own: Own, wish: TokenWish, signal: AbortSignal): Promise<boolean> {
  try {
    await own.get(wish, signal);
    return true;
  } catch (error) {
    if (error instanceof TokenRefused && error.error === 'invalid_scope') return false;
    throw error;
  }
}

/** The most special of the resources that an address belongs to. */
export function resourceOf(resources: Iterable<string>, url: string): string | undefined {
  const covering = [...resources].filter((resource) => covers(resource, url));
  return covering.toSorted((left, right) => right.length - left.length)[0];
}
