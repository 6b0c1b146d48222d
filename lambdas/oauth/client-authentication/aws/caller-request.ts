import * as v from 'valibot';
import type { SignedCallerRequest } from '../../../ports/caller-identities.ts';
import { instant, type Instant } from '../../../runtime/clock.ts';
import type { Issuer } from '../../../runtime/identifiers.ts';
import { ok, type Result } from '../../../runtime/result.ts';
import type { Secret } from '../../../runtime/secret.ts';
import type { ClientRefusal } from '../../refusal.ts';
import type { IssuerHosts } from '../../workload/aws-issuer.ts';
import { skew, unacceptable } from '../assertion-claims.ts';

/** What a client signed and we send. */
export interface ReadCallerRequest {
  readonly request: SignedCallerRequest;
  /** The signature: the same for the same request, and for no other. */
  readonly jti: string;
  readonly deadAt: Instant;
}

/** Seconds. */
const longestAge = 60;

/** Without it among the signed headers, a request made for somebody else would do here. */
const issuerHeader = 'x-vestibule-issuer';
const wanted = ['host', 'content-type', 'x-amz-date', issuerHeader] as const;
/** Whatever else could be signed would change what is asked; these do not. */
const allowed = [...wanted, 'content-length', 'x-amz-security-token', 'x-amz-content-sha256'];

const shape = v.strictObject({
  url: v.pipe(v.string(), v.maxLength(256)),
  headers: v.pipe(
    v.record(
      v.pipe(v.string(), v.toLowerCase()),
      v.pipe(v.string(), v.maxLength(8_192), v.regex(/^[\x20-\x7E]*$/)),
    ),
    v.check((headers) => Object.keys(headers).length <= 16),
  ),
});

// A Region and no other word, which would make a host that is not of STS: `sts.s3` is anybody's bucket of that name.
const authorization =
  /^AWS4-HMAC-SHA256 Credential=[\w-]{16,128}\/\d{8}\/([a-z]{2,4}(?:-[a-z]{2,12}){1,2}-\d{1,2})\/sts\/aws4_request, ?SignedHeaders=([a-z0-9;-]{1,512}), ?Signature=([0-9a-f]{64})$/;

/** Reads a signed request for sts:GetCallerIdentity and judges everything but its signature. */
export function readCallerRequest(
  assertion: Secret,
  context: { readonly issuer: Issuer; readonly hosts: IssuerHosts },
  now: Instant,
): Result<ReadCallerRequest, ClientRefusal> {
  const parsed = v.safeParse(shape, jsonOf(assertion.reveal()));
  if (!parsed.success) return unacceptable('must be base64url of the JSON { url, headers }');
  const { url, headers } = parsed.output;
  const signed = readAuthorization(headers['authorization'] ?? '');
  if (signed === undefined) {
    return unacceptable('must be signed with AWS Signature Version 4 for the service sts');
  }
  const fault =
    faultInHeaders(headers, signed.names, context.issuer) ??
    faultInPlace(url, headers, signed.region, context.hosts);
  if (fault !== undefined) return unacceptable(fault);
  const signedAt = instantOf(headers['x-amz-date'] ?? '');
  if (signedAt === undefined || signedAt + longestAge < now || signedAt > now + skew) {
    return unacceptable(`must be signed within the last ${longestAge} seconds`);
  }
  return ok({
    request: { endpoint: new URL(url).origin, headers },
    jti: `sigv4:${signed.signature}`,
    deadAt: instant(signedAt + longestAge + skew),
  });
}

function readAuthorization(
  header: string,
): { readonly region: string; readonly names: readonly string[]; readonly signature: string } | undefined {
  const [, region, names, signature] = authorization.exec(header) ?? [];
  if (region === undefined || names === undefined || signature === undefined) return undefined;
  return { region, names: names.split(';'), signature };
}

function jsonOf(assertion: string): unknown {
  try {
    return JSON.parse(Buffer.from(assertion, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function faultInHeaders(
  headers: Readonly<Record<string, string>>,
  signed: readonly string[],
  issuer: Issuer,
): string | undefined {
  const missing = wanted.find((name) => !signed.includes(name) || headers[name] === undefined);
  if (missing !== undefined) return `must have ${missing} among its SignedHeaders`;
  const stray = Object.keys(headers).find(
    (name) => name !== 'authorization' && !(allowed.includes(name) && signed.includes(name)),
  );
  if (stray !== undefined) return `must carry signed headers only, and of these: ${allowed.join(' ')}`;
  return headers[issuerHeader] === issuer ? undefined : `must have the issuer as its ${issuerHeader}`;
}

function faultInPlace(
  url: string,
  headers: Readonly<Record<string, string>>,
  region: string,
  hosts: IssuerHosts,
): string | undefined {
  const isLocal = hosts === 'loopback' && /^http:\/\/(?:localhost|127\.0\.0\.1):\d{1,5}\/$/.test(url);
  const isAws = url === `https://sts.${region}.amazonaws.com/`;
  if (!isAws && !isLocal)
    return 'must be for https://sts.<region>.amazonaws.com/, in the region of its signature';
  return headers['host'] === new URL(url).host ? undefined : 'must have the host of its url as host';
}

function instantOf(text: string): Instant | undefined {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  const milliseconds = Date.parse(
    `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`,
  );
  return Number.isNaN(milliseconds) ? undefined : instant(milliseconds / 1_000);
}
