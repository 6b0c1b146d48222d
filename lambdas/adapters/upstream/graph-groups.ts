import * as v from 'valibot';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Talk } from './provider-talk.ts';

/** For all pages together: the refresh token that was rotated meanwhile has to be kept in time. */
const timeLimitMilliseconds = 4_000;
/** Graph tells 11,000 ids at most. */
const mostPages = 20;
const maximumBytes = 1_048_576;

const page = v.object({ value: v.array(v.string()), '@odata.nextLink': v.exactOptional(v.string()) });

/** What Graph needs, in the words of whoever has to set it. */
const consentMissing =
  'the person is in more groups than a token tells, and Microsoft Graph does not tell them: add the delegated permission User.Read to the app registration, consent to it, and leave it among the scopes';

/**
 * All groups and directory roles of the person whose access token it is, by their ids. Only ever asked of the Graph that the
 * provider's metadata names: what a token says of where its groups are is not followed. Throws `DependencyUnavailable`.
 */
export async function groupsAtGraph(
  talk: Pick<Talk, 'idp' | 'metadata' | 'fetch'>,
  accessToken: string,
): Promise<Result<readonly string[], string>> {
  const expired = AbortSignal.timeout(timeLimitMilliseconds);
  const late = new Promise<never>((_, reject) => {
    expired.addEventListener('abort', () => {
      reject(
        new DependencyUnavailable(`identity provider ${talk.idp.id}`, {
          cause: new Error('Microsoft Graph did not tell all groups in time'),
          retryAfterSeconds: 5,
        }),
      );
    });
  });
  return Promise.race([allPages(talk, accessToken, expired), late]);
}

async function allPages(
  { idp, metadata, fetch }: Pick<Talk, 'idp' | 'metadata' | 'fetch'>,
  accessToken: string,
  expired: AbortSignal,
): Promise<Result<readonly string[], string>> {
  const first = memberObjects(idp.issuer, metadata.msgraph_host);
  const ids: string[] = [];
  let next: string | undefined = first;
  for (let count = 0; next !== undefined && count < mostPages; count += 1) {
    // Whoever waited has left.
    if (expired.aborted) break;
    const response: Response = await fetch(next, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ securityEnabledOnly: false }),
      maximumBytes,
    });
    if (response.status === 401 || response.status === 403) return refuse(consentMissing);
    const told = v.safeParse(page, response.status === 200 ? await jsonOf(response) : undefined);
    if (!told.success) return refuse('Microsoft Graph did not tell the groups of the person');
    ids.push(...told.output.value);
    next = told.output['@odata.nextLink'];
    if (next !== undefined && !isAt(next, first))
      return refuse('Microsoft Graph has its next page elsewhere');
  }
  return next === undefined ? ok(ids) : refuse('Microsoft Graph tells more groups than there can be');
}

/** The cloud of the tenant has its own Graph; a local run plays both on this machine. */
function memberObjects(issuer: string, host = 'graph.microsoft.com'): string {
  return `${new URL(issuer).protocol}//${host}/v1.0/me/getMemberObjects`;
}

/** The access token goes nowhere else. */
function isAt(next: string, first: string): boolean {
  const [there, here] = [URL.parse(next), new URL(first)];
  return there?.origin === here.origin && there.pathname === here.pathname;
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}
