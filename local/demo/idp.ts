import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, type KoaContext } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { listen, readBody, sendJson, type RunningServer } from './http.ts';
import { type IdpSettings, isMisSetting, type MisSetting, misSettings } from './mis-settings.ts';

interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const users: Readonly<Record<string, User>> = {
  alice: { name: 'Alice Adams', groups: ['engineering', 'admins'] },
  bob: { name: 'Bob Brown', groups: ['support'] },
};

/** What oidc-provider answers with. */
interface Page {
  body: string;
}

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
  const right = await settingsOf(options, directory);
  let [running, by, isDown] = [runningBy(right), 'nothing' as MisSetting, false];
  return listen(
    options.port,
    async (request, response) => {
      const path = request.url ?? '/';
      if (path.startsWith('/directory/')) await changeDirectory(directory, request, response);
      else if (path === '/settings') {
        const wrong = await readMisSetting(request, response);
        isDown = wrong === undefined ? isDown : wrong === 'down';
        // An outage forgets nobody.
        if (wrong !== undefined && !isDown && wrong !== by) {
          [running, by] = [runningBy(misSettings[wrong](right)), wrong];
        }
      } else if (isDown) sendJson(response, 503, {});
      else {
        response.setHeader('date', new Date(Date.now() + running.ahead * 1_000).toUTCString());
        if (path.startsWith('/login/')) await login(running.provider, directory, request, response);
        else await running.serve(request, response);
      }
    },
    options.log,
  );
}

/** Nobody who was signed in by other settings is signed in by these. */
function runningBy({ issuer, configuration, client, ahead }: IdpSettings) {
  const adapter = createMemoryAdapter();
  const provider = new Provider(issuer, { ...configuration, adapter, clients: [client] });
  return { provider, serve: provider.callback(), ahead };
}

/** `POST /settings` with `wrong=redirect-uri`: what an administrator gets wrong; `wrong=nothing` undoes it. */
async function readMisSetting(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<MisSetting | undefined> {
  const wrong = new URLSearchParams(await readBody(request)).get('wrong');
  const isUnderstood = request.method === 'POST' && isMisSetting(wrong);
  const known = Object.keys(misSettings);
  sendJson(response, isUnderstood ? 200 : 400, { wrong, ...(!isUnderstood && { known }) });
  return isUnderstood ? wrong : undefined;
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

async function settingsOf(
  {
    issuer,
    clientSecret,
    port,
  }: { readonly issuer: string; readonly clientSecret: string; readonly port: number },
  directory: Directory,
): Promise<IdpSettings> {
  return {
    issuer: `http://localhost:${port}`,
    configuration: await configuration(directory),
    client: {
      ...{ client_id: clientId, client_secret: clientSecret },
      redirect_uris: [`${issuer}/callback/demo`],
      post_logout_redirect_uris: [`${issuer}/logout/callback`],
      backchannel_logout_uri: `${issuer}/backchannel-logout/demo`,
      backchannel_logout_session_required: true,
      grant_types: ['authorization_code', 'refresh_token'],
    },
    ahead: 0,
  };
}

async function configuration(directory: Directory): Promise<IdpSettings['configuration']> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
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
    features: {
      ...{ devInteractions: { enabled: false }, resourceIndicators: { enabled: false } },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
    },
    // The deployment is on this machine, where a provider of its own accord sends nothing.
    fetch: (url: string, { method, headers, body }: RequestInit) =>
      fetch(url, { method: method ?? 'GET', headers: headers ?? {}, body: body ?? null, redirect: 'manual' }),
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

function logoutSource(ctx: Page, form: string): void {
  ctx.body = page(
    `<h1>Demo identity provider</h1>${form}<button form="op.logoutForm" name="logout" value="yes">Sign out of the company</button>`,
  );
}

function postLogoutSuccessSource(ctx: Page): void {
  ctx.body = page('<h1>You are signed out of the company</h1>');
}

function loginPage(): string {
  const buttons = Object.entries(users)
    .map(([id, user]) => `<button name="user" value="${id}">Sign in as ${user.name}</button>`)
    .join(' ');
  return page(`<h1>Demo identity provider</h1>\n<form method="post">${buttons}</form>`);
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><title>Demo sign-in</title>${body}</html>`;
}
