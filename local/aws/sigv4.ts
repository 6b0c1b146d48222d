import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** An HTTP request as it arrived: `path` and `query` raw, as sent; header names in lower case. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** What the Authorization header claims, before anything is verified. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const authorizationHeader =
  /^AWS4-HMAC-SHA256 +Credential=([\w.-]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, *SignedHeaders=([\w;-]+), *Signature=([0-9a-f]{64})$/;
const alwaysSigned = ['host', 'x-amz-date'];
const signedWhenPresent = ['x-amz-security-token', 'x-amz-target', 'x-amz-content-sha256'];

/** Undefined when the request carries no SigV4 Authorization header in the form that AWS defines. */
export function readSignature(headers: SignedRequest['headers']): SignatureClaim | undefined {
  const [, accessKeyId, date, region, service, signedHeaders, signature] =
    authorizationHeader.exec(headerValue(headers, 'authorization') ?? '') ?? [];
  if (!accessKeyId || !date || !region || !service || !signedHeaders || !signature) return undefined;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

/**
 * Verifies a claim against the request and the secret key. Answers what is wrong in AWS's words, or undefined when the
 * signature is good. `clocks` are milliseconds; the request's own time must be within five minutes of one of them.
 */
export function signatureProblem(
  request: SignedRequest,
  claim: SignatureClaim,
  secretAccessKey: string,
  clocks: readonly number[],
): string | undefined {
  const timestamp = headerValue(request.headers, 'x-amz-date') ?? '';
  const signedAt = parseTimestamp(timestamp);
  if (signedAt === undefined || !timestamp.startsWith(claim.date)) {
    return 'Credential should be scoped to the date of the request, and the request needs a valid X-Amz-Date header.';
  }
  if (!clocks.some((now) => Math.abs(now - signedAt) <= 5 * 60_000))
    return `Signature expired: ${timestamp}.`;
  const unsigned = unsignedHeaders(request, claim);
  if (unsigned.length > 0)
    return `'${unsigned.join("', '")}' must be a 'SignedHeader' in the Authorization Header.`;
  const payloadHash = createHash('sha256').update(request.body).digest('hex');
  if ((headerValue(request.headers, 'x-amz-content-sha256') ?? payloadHash) !== payloadHash) return mismatch;
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const canonical = createHash('sha256')
    .update(canonicalRequest(request, claim, payloadHash))
    .digest('hex');
  const expected = createHmac('sha256', signingKey(claim, secretAccessKey))
    .update([algorithm, timestamp, scope, canonical].join('\n'))
    .digest();
  const presented = Buffer.from(claim.signature, 'hex');
  return presented.length === expected.length && timingSafeEqual(presented, expected) ? undefined : mismatch;
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method. Consult the service documentation for details.';

export function headerValue(headers: SignedRequest['headers'], name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

function unsignedHeaders(request: SignedRequest, claim: SignatureClaim): readonly string[] {
  const required = [
    ...alwaysSigned,
    ...signedWhenPresent.filter((name) => request.headers[name] !== undefined),
  ];
  return required.filter((name) => !claim.signedHeaders.includes(name));
}

function canonicalRequest(request: SignedRequest, claim: SignatureClaim, payloadHash: string): string {
  const headers = claim.signedHeaders.map((name) => {
    const value = headerValue(request.headers, name) ?? '';
    return `${name}:${value.trim().replace(/\s+/g, ' ')}\n`;
  });
  return [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    headers.join(''),
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** Every service but S3 normalizes the path and encodes the encoded path once more. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const trailing = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.map(encodeStrictly).join('/')}${trailing}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((parameter) => parameter !== '')
    .map((parameter) => {
      const [name = '', ...value] = parameter.split('=');
      return [encodeStrictly(decode(name)), encodeStrictly(decode(value.join('=')))] as const;
    })
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1);
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(instant) ? undefined : instant;
}

/** The key depends on the day only; keeping it halves the cost of a verification. */
const derivedKeys = new Map<string, Buffer>();

function signingKey({ date, region, service }: SignatureClaim, secretAccessKey: string): Buffer {
  const name = [secretAccessKey, date, region, service].join('\n');
  const kept = derivedKeys.get(name);
  if (kept !== undefined) return kept;
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, date), region), service), 'aws4_request');
  if (derivedKeys.size > 1000) derivedKeys.clear();
  derivedKeys.set(name, key);
  return key;
}
