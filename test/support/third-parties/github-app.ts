import { createVerify, type KeyObject } from 'node:crypto';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { bearerOf, type Kind, nothing, type Reply } from './kind.ts';

const installation = '4711';
/** Where its tokens are made. */
export const installationPath = `/app/installations/${installation}/access_tokens`;

interface App {
  readonly clientId: string;
  readonly keyArn: string;
  readonly publicKey: KeyObject;
  /** Milliseconds, as GitHub sees them; those of the machine when absent. */
  readonly now?: () => number;
}

/** https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app */
export function githubApp(
  app: App,
  /** What the installation is let do. */
  granted: Readonly<Record<string, string>> = { issues: 'write', contents: 'read', metadata: 'read' },
): Kind {
  return {
    ...{ id: 'github-app', secret: 'none', refresh: 'none', paths: { token: '/no-such-endpoint' } },
    declared: (origin) => ({
      scopes: [
        { name: 'issues:read' as ScopeName, upstream: ['issues:read'], rules: [rule('GET')] },
        { name: 'issues:write' as ScopeName, upstream: ['issues:write'], rules: [rule('POST')] },
      ],
      api: { origins: [origin], headers: [], responseHeaders: [] },
      credential: { kind: 'github_app', clientId: app.clientId, installation, keyArn: app.keyArn },
    }),
    takes: () => false,
    given: () => nothing,
    refused: { client: nothing, code: nothing, refresh: nothing },
    besides: (asked, accounts) => {
      if (asked.method !== 'POST' || asked.path !== installationPath) return nothing;
      const problem = assertionProblem(bearerOf(asked), app);
      if (problem !== undefined) return { status: 401, body: { message: problem } };
      const { permissions = granted, repositories } = asked.body as {
        readonly permissions?: Readonly<Record<string, string>>;
        readonly repositories?: readonly string[];
      };
      if (!Object.entries(permissions).every(([name, level]) => isWithin(level, granted[name]))) {
        const message = 'The permissions requested are not granted to this installation.';
        return { status: 422, body: { message } };
      }
      const given = { metadata: 'read', ...permissions };
      const scopes = [...Object.entries(given).map((entry) => entry.join(':')), ...(repositories ?? [])];
      return made(accounts.mint(scopes).access, given, repositories, nowOf(app));
    },
  };
}

function made(
  token: string,
  permissions: Readonly<Record<string, string>>,
  repositories: readonly string[] | undefined,
  now: number,
): Reply {
  return {
    status: 201,
    body: {
      ...{ token, permissions, expires_at: new Date(now + 3_600_000).toISOString() },
      repository_selection: repositories === undefined ? 'all' : 'selected',
      ...(repositories && { repositories: repositories.map((name) => ({ name })) }),
    },
  };
}

const nowOf = ({ now = Date.now }: App): number => now();

function isWithin(level: string, most: string | undefined): boolean {
  return most === level || (most === 'write' && level === 'read');
}

/** Ten minutes at most, and of the app: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
function assertionProblem(assertion: string, app: App): string | undefined {
  const { clientId, publicKey } = app;
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const isSigned = createVerify('sha256')
    .update(`${header}.${payload}`)
    .verify(publicKey, signature, 'base64url');
  if (!isSigned) return 'A JSON web token could not be decoded';
  const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg?: string };
  const {
    iss,
    iat = 0,
    exp = 0,
  } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    iss?: string;
    iat?: number;
    exp?: number;
  };
  if (alg !== 'RS256' || iss !== clientId) return "'Issuer' claim ('iss') must be an Integer";
  const now = nowOf(app) / 1_000;
  return exp > now + 600 || iat > now
    ? "'Expiration time' claim ('exp') is too far in the future"
    : undefined;
}

function rule(method: string) {
  return { methods: [method], path: '/repos/*/*/issues' };
}
