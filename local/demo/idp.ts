import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type KoaContext } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { listen, readBody, sendJson, type RunningServer } from './http.ts';

interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const users: Readonly<Record<string, User>> = {
  alice: { name: 'Alice Adams', groups: ['engineering', 'admins'] },
  bob: { name: 'Bob Brown', groups: ['support'] },
};

/** The client under which Vestibule signs people in here. */
const clientId = 'vestibule';

const day = 24 * 60 * 60;

/** The identity provider of a make-believe company: OpenID Connect, two people, one click to sign in. */
export async function startIdp(options: {
  /** Of the deployment. */
  readonly issuer: string;
  /** Of the deployment at this identity provider. */
  readonly clientSecret: string;
  readonly port: number;
  readonly log: (line: string) => void;
}): Promise<RunningServer> {
  const left = new Set<string>();
  const directory: Directory = {
    account: (id) => (left.has(id) ? undefined : accountOf(id)),
    set: (id, isEmployed) => (isEmployed ? left.delete(id) : left.add(id)),
  };
  const configured = await configuration(options, directory);
  const provider = new Provider(`http://localhost:${options.port}`, configured);
  const serve = provider.callback();
  return listen(
    options.port,
    async (request, response) => {
      const path = request.url ?? '/';
      if (path.startsWith('/login/')) await login(provider, directory, request, response);
      else if (path.startsWith('/directory/')) await changeDirectory(directory, request, response);
      else await serve(request, response);
    },
    options.log,
  );
}

/** Who works at the company. Nobody is signed in, and nobody stays signed in, who left it. */
interface Directory {
  readonly account: (id: string) => object | undefined;
  readonly set: (id: string, isEmployed: boolean) => void;
}

/** `POST /directory/bob` with `employed=no`: what an administrator does when somebody leaves; `employed=yes` undoes it. */
async function changeDirectory(
  directory: Directory,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, , id = ''] = (request.url ?? '').split('/');
  const employed = new URLSearchParams(await readBody(request)).get('employed');
  const isUnderstood = request.method === 'POST' && (employed === 'yes' || employed === 'no');
  if (isUnderstood && Object.hasOwn(users, id)) directory.set(id, employed === 'yes');
  sendJson(response, isUnderstood && Object.hasOwn(users, id) ? 200 : 400, { user: id, employed });
}

async function configuration(
  { issuer, clientSecret }: { readonly issuer: string; readonly clientSecret: string },
  directory: Directory,
): Promise<object> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    adapter: createMemoryAdapter(),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [
      {
        ...{ client_id: clientId, client_secret: clientSecret },
        redirect_uris: [`${issuer}/callback/demo`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
    ],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
    },
    conformIdTokenClaims: false,
    // Refresh tokens as most companies have them: without a question, and each good once. Whose was taken is worth nothing.
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    features: { devInteractions: { enabled: false }, resourceIndicators: { enabled: false } },
    ttl: { AccessToken: 900, IdToken: 900, Interaction: 600, Grant: day, Session: day, RefreshToken: day },
    interactions: { url: (_: unknown, interaction: { uid: string }) => `/login/${interaction.uid}` },
    findAccount: (_: unknown, id: string) => directory.account(id),
    loadExistingGrant: (ctx: KoaContext) => grantEverything(ctx),
    clientBasedCORS: () => false,
    renderError: (ctx: { type: string; body: string }, out: { error: string }) => {
      ctx.type = 'text/plain';
      ctx.body = out.error;
    },
  };
}

function accountOf(id: string): object | undefined {
  const user = Object.hasOwn(users, id) ? users[id] : undefined;
  if (user === undefined) return undefined;
  return {
    accountId: id,
    claims: () => ({
      sub: id,
      name: user.name,
      preferred_username: id,
      email: `${id}@example.com`,
      email_verified: true,
      groups: user.groups,
    }),
  };
}

/** The company's own application needs no consent of its people. */
async function grantEverything({ oidc: { client, session, provider } }: KoaContext): Promise<object> {
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid profile email groups offline_access');
  await grant.save();
  return grant;
}

async function login(
  provider: Provider,
  directory: Directory,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const accountId = new URLSearchParams(await readBody(request)).get('user') ?? '';
    if (directory.account(accountId) !== undefined) {
      await provider.interactionFinished(request, response, { login: { accountId } });
      return;
    }
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(loginPage());
}

function loginPage(): string {
  const buttons = Object.entries(users)
    .map(([id, user]) => `<button name="user" value="${id}">Sign in as ${user.name}</button>`)
    .join(' ');
  return `<!doctype html><html lang="en"><title>Demo sign-in</title><h1>Demo identity provider</h1>
<form method="post">${buttons}</form></html>`;
}
