import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import * as v from 'valibot';
import type { Secret } from '../../runtime/secret.ts';

export interface Subject {
  readonly issuer: string;
  readonly resource: string;
  readonly clientId: string;
  readonly secret: Secret;
}

const metadata = v.object({
  issuer: v.string(),
  jwks_uri: v.string(),
  token_endpoint: v.string(),
});
const keySet = v.object({ keys: v.pipe(v.array(v.looseObject({ kid: v.string() })), v.minLength(1)) });
const tokenAnswer = v.object({ access_token: v.string(), token_type: v.literal('Bearer') });

/** Longer than an answer may take, shorter than a run. Milliseconds. */
const patience = 15_000;

/**
 * Does what an agent and the server of a resource do: finds the endpoints, gets a token, and verifies it by the published
 * keys. Throws at the first step that fails, naming it; no message holds a token or the secret.
 */
export async function checkIssuer({ issuer, resource, clientId, secret }: Subject): Promise<void> {
  const found = await read('metadata', metadata, `${issuer}/.well-known/oauth-authorization-server`);
  if (found.issuer !== issuer) throw failure('metadata', 'the issuer in it is another');
  const keys = await read('keys', keySet, found.jwks_uri);
  const pair = [clientId, secret.reveal()].map(encodeURIComponent).join(':');
  const { access_token: token } = await read('token', tokenAnswer, found.token_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  });
  await verify(token, keys, { issuer, resource, clientId });
}

async function verify(
  token: string,
  keys: JSONWebKeySet,
  { issuer, resource, clientId }: Pick<Subject, 'issuer' | 'resource' | 'clientId'>,
): Promise<void> {
  // RFC 9068 §4: as any resource server does it.
  const options = { issuer, audience: resource, subject: clientId, typ: 'at+jwt' };
  try {
    await jwtVerify(token, createLocalJWKSet(keys), options);
  } catch (error) {
    throw failure('verification', error instanceof Error ? error.message : 'of another kind');
  }
}

async function read<Schema extends v.GenericSchema>(
  step: string,
  schema: Schema,
  url: string,
  init: RequestInit = {},
): Promise<v.InferOutput<Schema>> {
  const response = await fetch(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  }).catch((error: unknown) => {
    throw failure(step, error instanceof Error ? error.message : 'no answer');
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw failure(step, `${response.status} ${errorOf(body)}`);
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw failure(step, `${v.getDotPath(parsed.issues[0]) ?? 'the answer'} is not as it should be`);
}

function errorOf(body: unknown): string {
  const parsed = v.safeParse(v.object({ error: v.string(), error_description: v.string() }), body);
  return parsed.success
    ? `${parsed.output.error}: ${parsed.output.error_description}`
    : 'without an error in JSON';
}

function failure(step: string, what: string): Error {
  return new Error(`canary failed at ${step}: ${what}`);
}
