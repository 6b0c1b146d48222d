import { createHash, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { check, error } from '../../../lambdas/oauth/people/diagnosis/check.ts';
import { printable } from '../../../lambdas/oauth/people/diagnosis/issuer.ts';
import type { Check, Finding } from '../../../lambdas/ports/diagnosis.ts';
import type { Invocation } from '../command.ts';
import type { Json } from '../declaration.ts';
import { Refused } from '../failure.ts';
import { targetOf } from '../target.ts';
import { listenForRedirect } from './redirect-listener.ts';

/** How long a person may take. */
const patienceMilliseconds = 5 * 60_000;

const endpoints = v.object({
  authorization_endpoint: v.string(),
  token_endpoint: v.string(),
  revocation_endpoint: v.string(),
});
type Endpoints = v.InferOutput<typeof endpoints>;

interface PublicClient {
  readonly id: string;
  readonly redirectUri: URL;
}

/** Has somebody sign in, from the page of the deployment to the token that a client gets, and says how that ended. */
export async function examineSignIn(invocation: Invocation, name: string): Promise<Check> {
  const { values, surroundings } = invocation;
  const client = await publicClient(invocation);
  const issuer = new URL(targetOf(values, surroundings).admin).origin;
  const at = await endpointsOf(issuer);
  const listener = await listenForRedirect(client.redirectUri);
  try {
    const [state, verifier] = [random(), random()];
    const { redirectUri } = listener;
    const url = authorizeUrl(at, { client, redirectUri, state, verifier });
    surroundings.err(`open this page, and sign in at ${name}:\n\n  ${url}\n`);
    const told = await listener.answer(state, patienceMilliseconds);
    const findings = told === undefined ? [nobody] : await judge(at, { client, redirectUri, verifier }, told);
    return check('sign_in', 'somebody signed in, and the client got its tokens', findings);
  } finally {
    listener.stop();
  }
}

/** The one that is named, or the first that anybody may use from their own machine. */
async function publicClient({ values, admin }: Invocation): Promise<PublicClient> {
  const all = await admin().listAll('client', () => undefined);
  const found = all.flatMap(loopbackOf).find(({ id }) => values.client === undefined || id === values.client);
  if (found !== undefined) return found;
  throw new Refused(
    `${values.client === undefined ? 'no active client' : `the client ${values.client} is none that`} signs people in on their own machine: register one by \`vestibule client add doctor --auth none --grant authorization_code --redirect-uri http://127.0.0.1/callback\`, and name it with --client`,
  );
}

function loopbackOf({ client_id: id, state, ...client }: Json): readonly PublicClient[] {
  const isPublic = state === 'active' && client['token_endpoint_auth_method'] === 'none';
  if (!isPublic || client['agent_id'] !== undefined || typeof id !== 'string') return [];
  return ((client['redirect_uris'] ?? []) as readonly string[]).flatMap((uri) => {
    const redirectUri = URL.parse(uri);
    // RFC 8252 §7.3: an address of this machine, at whatever port.
    const isHere = redirectUri?.protocol === 'http:' && ['127.0.0.1', '[::1]'].includes(redirectUri.hostname);
    return isHere ? [{ id, redirectUri }] : [];
  });
}

async function endpointsOf(issuer: string): Promise<Endpoints> {
  const address = `${issuer}/.well-known/oauth-authorization-server`;
  const response = await fetch(address).catch(() => undefined);
  const read = v.safeParse(endpoints, await response?.json().catch(() => undefined));
  if (!read.success) throw new Refused(`${address} does not say where people sign in`);
  return read.output;
}

interface Asked {
  readonly client: PublicClient;
  readonly redirectUri: string;
  readonly verifier: string;
}

function authorizeUrl(at: Endpoints, asked: Asked & { readonly state: string }): string {
  const url = new URL(at.authorization_endpoint);
  const parameters = {
    ...{ response_type: 'code', client_id: asked.client.id, redirect_uri: asked.redirectUri },
    ...{ scope: 'openid profile email', state: asked.state },
    code_challenge: createHash('sha256').update(asked.verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

async function judge(at: Endpoints, asked: Asked, told: URLSearchParams): Promise<readonly Finding[]> {
  const code = told.get('code');
  if (code === null) return [refused(told.get('error') ?? 'no error', told.get('error_description'))];
  const answer = await post(at.token_endpoint, asked, {
    ...{ grant_type: 'authorization_code', code, redirect_uri: asked.redirectUri },
    code_verifier: asked.verifier,
  });
  const { access_token: token, error: why, error_description: description } = answer;
  if (typeof token !== 'string') return [refused(String(why), description)];
  // It has shown what it was for.
  await post(at.revocation_endpoint, asked, { token });
  return [];
}

async function post(
  endpoint: string,
  { client }: Asked,
  form: Readonly<Record<string, string>>,
): Promise<Json> {
  const body = new URLSearchParams({ client_id: client.id, ...form });
  const response = await fetch(endpoint, { method: 'POST', body }).catch(() => undefined);
  return ((await response?.json().catch(() => undefined)) ?? {}) as Json;
}

const whereToLook =
  'The event authorization_refused or sign_in_failed of this minute in the audit trail has the finding and its fix; `vestibule idp doctor <id> --token -` judges an id_token of the provider.';

function refused(code: string, description: unknown): Finding {
  const said = typeof description === 'string' ? `: ${oneLine(description)}` : '';
  return error('sign_in_refused', {
    what: `The sign-in ended in ${printable(code)}${said}`,
    why: 'That is what every client would be told.',
    fix: whereToLook,
  });
}

const nobody = error('sign_in_unfinished', {
  what: 'Nobody came back within 5 minutes',
  why: 'The person did not sign in, or stands at a page of the provider that says why they cannot.',
  fix: `Read that page. ${whereToLook}`,
});

function oneLine(text: string): string {
  return text.slice(0, 256).replaceAll(/[^\x20-\x7E]/g, '?');
}

function random(): string {
  return randomBytes(32).toString('base64url');
}
