import * as v from 'valibot';
import { instant, type Instant } from '../../runtime/clock.ts';
import type { ClientId, Issuer, ScopeName } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { faultInTimes, skew } from '../client-authentication/assertion-claims.ts';
import { parseScope } from '../scope/scope.ts';
import { assertionRefused, type BearerRefusal } from './refusal.ts';

/** What an enterprise's identity provider asserts (ID-JAG): who it is, for which client, and for what. */
export interface IdJag {
  readonly issuer: string;
  readonly subject: string;
  readonly jti: string;
  /** When nothing will accept it any more. */
  readonly deadAt: Instant;
  /** As it says them; empty: it says nothing of resources. */
  readonly resources: readonly string[];
  /** Absent: it says nothing of scopes. */
  readonly scope?: readonly ScopeName[];
  /** The thumbprint of the key that it is bound to. */
  readonly jkt?: string;
  /** Of a provider with several tenants. */
  readonly tenant?: string;
  /** Who the person is here, as far as the provider knows. */
  readonly audienceSubject?: string;
  readonly authTime?: Instant;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const short = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const numericDate = v.pipe(v.number(), v.finite());
/** As many resources as one assertion names. */
const mostResources = 20;

const required = v.object({
  iss: text,
  sub: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)),
  aud: v.union([v.string(), v.array(v.unknown())]),
  client_id: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)),
  jti: text,
  exp: numericDate,
  iat: numericDate,
});

const optional = v.object({
  nbf: v.exactOptional(numericDate),
  resource: v.exactOptional(
    v.union([text, v.pipe(v.array(text), v.minLength(1), v.maxLength(mostResources))]),
  ),
  scope: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(8_192))),
  cnf: v.exactOptional(v.strictObject({ jkt: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)) })),
  act: v.exactOptional(v.looseObject({ sub: text })),
  tenant: v.exactOptional(text),
  aud_tenant: v.exactOptional(v.unknown()),
  aud_sub: v.exactOptional(text),
  authorization_details: v.exactOptional(v.unknown()),
  auth_time: v.exactOptional(numericDate),
  acr: v.exactOptional(short),
  amr: v.exactOptional(v.pipe(v.array(short), v.maxLength(20))),
});

type Claims = v.InferOutput<typeof required> & v.InferOutput<typeof optional>;

interface Expected {
  readonly issuer: Issuer;
  /** Who presents it, and has proved it. */
  readonly clientId: ClientId;
}

/** Judges the claims of an ID-JAG whose signature is verified (EMA-3). Nothing in it counts that is not understood. */
export function readIdJag(claims: unknown, expected: Expected, now: Instant): Result<IdJag, BearerRefusal> {
  const named = v.safeParse(required, claims);
  if (!named.success) {
    return assertionRefused('claims_malformed', 'must carry iss, sub, aud, client_id, jti, exp and iat');
  }
  const further = v.safeParse(optional, claims);
  if (!further.success) {
    const path = v.getDotPath(further.issues[0]) ?? 'a claim';
    return assertionRefused('claims_malformed', `has ${path} in a form that cannot be read`);
  }
  const all = { ...named.output, ...further.output };
  const scope = all.scope === undefined ? ok(undefined) : parseScope(all.scope);
  if (!scope.ok) {
    return assertionRefused('claims_malformed', 'has a scope that is not a list of names and single spaces');
  }
  const judged = judge(all, expected, now);
  if (!judged.ok) return judged;
  return ok({
    ...{ issuer: all.iss, subject: all.sub, jti: all.jti },
    deadAt: instant(Math.ceil(all.exp) + skew),
    resources: all.resource === undefined ? [] : [all.resource].flat(),
    ...(scope.value && { scope: scope.value }),
    ...(all.cnf && { jkt: all.cnf.jkt }),
    ...(all.tenant !== undefined && { tenant: all.tenant }),
    ...(all.aud_sub !== undefined && { audienceSubject: all.aud_sub }),
    ...authentication(all),
  });
}

function judge(
  { aud, client_id, act, ...all }: Claims,
  { issuer, clientId }: Expected,
  now: Instant,
): Result<true, BearerRefusal> {
  // EMA-4: this server and nobody else, as a text or as the only one of a list.
  const [sole, ...more] = [aud].flat();
  if (sole !== issuer || more.length > 0) {
    return assertionRefused('audience_wrong', 'must have the issuer of this server as its only aud');
  }
  // EMA-5: bound to one client, which alone may present it.
  if (client_id !== clientId) {
    return assertionRefused(
      'of_another_client',
      'was issued to another client than the one that presents it',
    );
  }
  const fault = faultInTimes(all, now);
  if (fault !== undefined) return assertionRefused('out_of_time', fault);
  // What would change what the assertion means, and means nothing here: without it something else would be granted.
  const extra = (['authorization_details', 'aud_tenant'] as const).find((name) => all[name] !== undefined);
  if (extra !== undefined)
    return assertionRefused('not_understood', `must not carry ${extra}: there is none here`);
  // The token names its client; another actor would be lost to whoever reads it.
  return act === undefined || (act.sub === client_id && !('act' in act))
    ? ok(true)
    : assertionRefused('not_understood', 'must not carry act of anybody but the client');
}

function authentication({ auth_time, acr, amr }: Claims): Pick<IdJag, 'authTime' | 'acr' | 'amr'> {
  return {
    ...(auth_time !== undefined && { authTime: instant(Math.floor(auth_time)) }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
  };
}
