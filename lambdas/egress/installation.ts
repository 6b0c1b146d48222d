import type { EgressProvider, ServiceEgress } from '../ports/egress-providers.ts';
import type { ThirdPartyAnswer, ThirdPartyRequest } from '../ports/third-parties.ts';
import type { Instant } from '../runtime/clock.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { Secret } from '../runtime/secret.ts';
import { answerMembers, isMembers } from './answer-members.ts';
import { answerTo } from './ask-tokens.ts';
import type { ConnectionPorts } from './ports.ts';
import type { GivenTokens } from './read-answer.ts';
import { refusalIn, type ThirdPartyRefusal } from './refusal.ts';
import { withPause } from './retry-after.ts';

type GitHubApp = Extract<ServiceEgress, { readonly kind: 'github_app' }>;

/**
 * Seconds. https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app:
 * a minute back for clocks that differ, ten minutes at most.
 */
const [backSeconds, lifeSeconds] = [60, 300];

/** What an installation token is to be good for; absent: all that the installation is. */
export interface Narrowed {
  /** As GitHub names them, `issues:read`. */
  readonly permissions: readonly string[];
  /** Names of repositories, without their owner. Empty: all of the installation's. */
  readonly repositories: readonly string[];
}

/**
 * A token of one installation of an app, which our key asks for:
 * https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app.
 */
export async function installationToken(
  { ask, signer, clock }: Pick<ConnectionPorts, 'ask' | 'signer' | 'clock'>,
  provider: EgressProvider,
  app: GitHubApp,
  narrowed: Narrowed,
): Promise<Result<GivenTokens, ThirdPartyRefusal>> {
  const now = clock();
  const input = appAssertion(app, now);
  const signature = await signer.sign({ keyArn: app.keyArn }, 'RS256', input);
  const assertion = `${input}.${Buffer.from(signature).toString('base64url')}`;
  const answer = await answerTo(() =>
    ask(provider.id, installationRequest(provider, app, assertion, narrowed)),
  );
  return answer === undefined
    ? refuse({ kind: 'failed', error: 'not_answered' })
    : readInstallation(answer, now);
}

function appAssertion({ clientId }: GitHubApp, now: Instant): string {
  const claims = { iss: clientId, iat: now - backSeconds, exp: now + lifeSeconds };
  return [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}

function installationRequest(
  { api }: EgressProvider,
  { installation }: GitHubApp,
  assertion: string,
  { permissions, repositories }: Narrowed,
): ThirdPartyRequest {
  const [origin = ''] = api.origins;
  const wanted = {
    ...(repositories.length > 0 && { repositories }),
    ...(permissions.length > 0 && { permissions: permissionsOf(permissions) }),
  };
  return {
    ...{
      method: 'POST',
      url: `${origin}/app/installations/${encodeURIComponent(installation)}/access_tokens`,
    },
    headers: {
      ...{ accept: 'application/vnd.github+json', 'content-type': 'application/json' },
      authorization: `Bearer ${assertion}`,
    },
    body: JSON.stringify(wanted),
  };
}

/** Of two that name the same thing, the greater: `issues:write` holds what `issues:read` does. */
function permissionsOf(permissions: readonly string[]): Readonly<Record<string, string>> {
  const levels = ['read', 'write', 'admin'];
  const found: Record<string, string> = {};
  for (const permission of permissions) {
    const [name = '', level = 'read'] = permission.split(':');
    if (levels.indexOf(level) > levels.indexOf(found[name] ?? '')) found[name] = level;
  }
  return found;
}

function readInstallation(answer: ThirdPartyAnswer, now: Instant): Result<GivenTokens, ThirdPartyRefusal> {
  const { status, contentType, text } = answer;
  const members = answerMembers(contentType, text);
  const { token, expires_at: until, permissions } = members;
  if (status !== 201 || typeof token !== 'string' || !/^[\x21-\x7e]{1,4096}$/.test(token)) {
    return refuse(withPause(installationRefusal(status, members), answer, now));
  }
  const seconds = Math.floor(Date.parse(String(until)) / 1000) - now;
  return ok({
    access: new Secret(token),
    accessSeconds: seconds > 0 ? seconds : 3_600,
    scopes: isMembers(permissions)
      ? Object.entries(permissions).map(([name, level]) => `${name}:${String(level)}`)
      : [],
    facts: [],
  });
}

/** Its errors are sentences: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api. */
function installationRefusal(status: number, members: Parameters<typeof refusalIn>[1]): ThirdPartyRefusal {
  if (status === 422) return { kind: 'failed', error: 'invalid_scope' };
  return status === 401 ? { kind: 'ours', error: 'invalid_client' } : refusalIn(status, members);
}
