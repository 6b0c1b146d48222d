import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity } from '@smithy/types';
import { Refused } from './failure.ts';
import { Sha256 } from './sha256.ts';

export interface Signing {
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentialIdentity>;
}

export interface AdminAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const timeoutMilliseconds = 30_000;

/** Sends a request of the admin API, signed for its IAM authorizer. Throws `Refused` when nothing answers. */
export async function signedRequest(
  signing: Signing,
  method: string,
  address: string,
  body?: object,
): Promise<AdminAnswer> {
  const url = new URL(address);
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const signed = await signer(signing).sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...(payload !== undefined && { 'content-type': 'application/json' }) },
    ...(payload !== undefined && { body: payload }),
  });
  const response = await fetch(url, {
    method,
    headers: signed.headers,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMilliseconds),
    ...(payload !== undefined && { body: payload }),
  }).catch((error: unknown) => {
    throw new Refused(`nothing answers at ${url.origin} (${reason(error)})`);
  });
  return { status: response.status, body: readBody(await response.text()) };
}

function signer({ region, credentials }: Signing): SignatureV4 {
  return new SignatureV4({
    service: 'execute-api',
    region,
    sha256: Sha256,
    credentials: async () => {
      try {
        return await credentials();
      } catch (error) {
        throw new Refused(`no AWS credentials: ${(error as Error).message}`);
      }
    },
  });
}

function readBody(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function reason(error: unknown): string {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code ?? (error as Error).name;
}
