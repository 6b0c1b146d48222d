import type { StoredGrant } from '../../ports/grants.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { boundKey } from '../dpop/possession.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { GrantContext } from './grant.ts';
import { grantedResource } from './granted-resource.ts';

/** What a client sends with its code. */
export interface CodeRequest {
  readonly grantId: GrantId;
  readonly secret: string;
  readonly verifier: string;
  readonly redirectUri: string | undefined;
  readonly resources: readonly string[];
}

/** Who presents a code, and when. */
export type CodeContext = Pick<GrantContext, 'client' | 'now' | 'possession'>;

/** A client whose answer was lost asks again at once: so long after its use, a code is a mistake and no theft. Seconds. */
const retrySeconds = 10;

/** `<grant id>.<secret>` */
export function readCode(text: string): Pick<CodeRequest, 'grantId' | 'secret'> | undefined {
  const [, grantId, secret] = /^([\w-]{22})\.([\w-]{43})$/.exec(text) ?? [];
  return grantId === undefined || secret === undefined ? undefined : { grantId: grantId as GrantId, secret };
}

/**
 * Judges a code in the one order in which nobody but its owner can do it harm: whether there is one, whose it is, what
 * it was asked for with, who can prove it, and only then whether it was used before.
 */
export function judgeCode(
  grant: StoredGrant | undefined,
  request: CodeRequest,
  context: CodeContext,
): Result<StoredGrant, GrantRefusal> {
  if (grant === undefined || !sameDigest(sha256(request.secret), grant.code.digest)) {
    return refuse({ reason: 'code_unknown' });
  }
  const { now } = context;
  const { code } = grant;
  // One that was used is known for longer, so that its replay is.
  if (code.redeemedAt === undefined && now >= code.expiresAt) return refuse({ reason: 'code_expired' });
  const own = proveOwner(grant, request, context);
  return own.ok ? judgeUse(grant, now) : own;
}

/** Judges what a client proved to be its own: whether it may still be redeemed. */
export function judgeUse(grant: StoredGrant, now: Instant): Result<StoredGrant, GrantRefusal> {
  const { terms, code, ended } = grant;
  if (ended !== undefined) return refuse({ reason: 'grant_ended', grantId: terms.id, why: ended.reason });
  if (code.redeemedAt === undefined) return ok(grant);
  // RFC 6749 §4.1.2: used twice, it is refused, and what was issued on it ends, unless the client only asked again.
  const reason = now < after(code.redeemedAt, retrySeconds) ? 'code_used' : 'code_replayed';
  return refuse({ reason, grantId: terms.id });
}

function proveOwner(
  { terms, code }: StoredGrant,
  { redirectUri = code.redirectUri, resources, verifier }: CodeRequest,
  { client: { client }, possession }: CodeContext,
): Result<unknown, GrantRefusal> {
  // What is a device's to redeem is no authorization code, whoever knows both.
  if (code.codeChallenge === undefined) return refuse({ reason: 'code_unknown' });
  // RFC 6749 §4.1.3: issued to this very client, and asked for with this redirect URI.
  if (terms.clientId !== client.id) return refuse({ reason: 'code_of_another_client' });
  if (redirectUri !== code.redirectUri) return refuse({ reason: 'redirect_uri_not_bound' });
  const resource = grantedResource(terms, resources);
  if (!resource.ok) return resource;
  if (!provesChallenge(verifier, code.codeChallenge)) return refuse({ reason: 'code_verifier_wrong' });
  // RFC 9449 §10: asked for with a key, it is for whoever has that key.
  return boundKey(client, possession, code.dpopJkt);
}

/** RFC 7636 §4.6, by S256, which is the only method here. */
function provesChallenge(verifier: string, challenge: string): boolean {
  // RFC 7636 §4.1: from 43 to 128 unreserved characters.
  const isWellFormed = /^[A-Za-z0-9\-._~]{43,128}$/.test(verifier);
  return isWellFormed && sameDigest(sha256(verifier), challenge);
}
