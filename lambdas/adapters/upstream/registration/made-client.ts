import * as v from 'valibot';
import type { MadeClient, UpstreamRegistrationRefusal } from '../../../ports/enrolments.ts';
import { ok, refuse, type Result } from '../../../runtime/result.ts';
import { Secret } from '../../../runtime/secret.ts';

const secretText = v.pipe(v.string(), v.nonEmpty(), v.maxLength(8_192));

/** RFC 7591 §3.2.1, RFC 7592 §3: as much of it as removing the client takes. */
const identified = v.object({
  client_id: v.pipe(v.string(), v.regex(/^[\x20-\x7E]{1,512}$/)),
  registration_client_uri: v.optional(v.pipe(v.string(), v.maxLength(2_048))),
  registration_access_token: v.optional(secretText),
});

const usable = v.object({
  client_secret: secretText,
  client_secret_expires_at: v.optional(v.nullable(v.number()), 0),
  token_endpoint_auth_method: v.optional(v.string()),
  redirect_uris: v.optional(v.array(v.string())),
  subject_type: v.optional(v.nullable(v.string())),
});

/** Reads what a provider answers whose client is made. What was registered may differ from what was asked for. */
export function madeClient(
  body: string,
  asked: { readonly method: string; readonly redirectUri: string; readonly needsToken: boolean },
): Result<MadeClient, UpstreamRegistrationRefusal> {
  const json = jsonOf(body);
  const named = v.safeParse(identified, json);
  if (!named.success) return unusable('it names no client');
  const { client_id: id, registration_client_uri: uri, registration_access_token: token } = named.output;
  const registration =
    uri === undefined || token === undefined ? undefined : { uri, token: new Secret(token) };
  const made = { id, ...(registration && { registration }) };
  if (asked.needsToken && registration === undefined) {
    return unusable('it gives no registration access token, so that nobody could remove the client', made);
  }
  const read = v.safeParse(usable, json);
  if (!read.success) return unusable('it gives no client secret', made);
  const { client_secret: secret, token_endpoint_auth_method: method = asked.method } = read.output;
  const problem = problemOf(read.output, asked.redirectUri);
  if (problem !== undefined) return unusable(problem, made);
  if (method !== 'client_secret_basic' && method !== 'client_secret_post') {
    return unusable('it registered another token_endpoint_auth_method than by a secret', made);
  }
  return ok({ ...made, proof: { method, secret: new Secret(secret) } });
}

function problemOf(
  {
    client_secret_expires_at: expiresAt,
    redirect_uris: uris,
    subject_type: subjects,
  }: v.InferOutput<typeof usable>,
  redirectUri: string,
): string | undefined {
  if (expiresAt !== null && expiresAt !== 0) return 'its client secret expires';
  if (uris?.includes(redirectUri) === false) return 'it did not register our redirect URI';
  return subjects === 'pairwise' ? 'it gives the client subjects of its own (pairwise)' : undefined;
}

function unusable(
  problem: string,
  made?: Pick<MadeClient, 'id' | 'registration'>,
): Result<never, UpstreamRegistrationRefusal> {
  return refuse({ kind: 'unusable', problem, ...(made && { made }) });
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
