import { readRefusal } from '../token-client/refusal-answer.ts';
import { AgentError, refusalError } from './errors.ts';
import { type Own, present, type Presenting } from './present.ts';
import { remedyFor, type Remedy, scopeOf } from './remedies.ts';
import { repeatable } from './requests.ts';

export interface ThirdPartyOptions {
  /** Space-separated. Default: what the authorization server gives there. */
  readonly scope?: string;
}

/** The API of a third party, by an account that the agent never sees the credential of. */
export interface ThirdParty {
  /**
   * `fetch` of a path of the API (`/repos/octo/hello/issues?state=open`), by the proxy. Answers what the third party answers, and what the proxy refuses
   * (`Vestibule-Error`). Rejects with an `AgentError` where no token can be had: with `InteractionRequired` where a person has
   * to connect the account, or let the agent use it. Redirects are not followed.
   */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

/** Throws a TypeError for what is no id of a third party. */
export function thirdParty(
  shared: Presenting & { readonly issuer: string },
  own: Own,
  provider: string,
  { scope }: ThirdPartyOptions,
): ThirdParty {
  if (!/^[\w-]{1,64}$/.test(provider)) throw new TypeError('provider: the id of a third party');
  const resource = `${shared.issuer}/egress/${provider}`;
  const narrowed = scope === undefined ? own : ofScope(own, scopeOf(scope));
  return {
    fetch: async (path, init) => {
      const { url, encoded } = addressOf(resource, path);
      const headers = new Headers(init?.headers);
      // An API Gateway decodes the path on its way.
      headers.set('vestibule-path', encoded);
      const request = await repeatable(url, { ...init, headers });
      const response = await present(shared, narrowed, request, resource, remedyAtProxy);
      return response.headers.get(errorHeader) === 'interaction_required'
        ? Promise.reject(await toThePerson(resource, response))
        : response;
    },
  };
}

/** By this alone an answer of the proxy is told from one of the third party. */
const errorHeader = 'vestibule-error';

/** What the third party itself says is for whoever asked it: another token would bring the same. */
function remedyAtProxy(response: Response, asked: string | undefined): Remedy | undefined {
  const error = response.headers.get(errorHeader);
  if (error === null) return undefined;
  // It may be connected anew since the token was got, which names the account as it was.
  return error === 'interaction_required' ? { kind: 'another-token' } : remedyFor(response, asked);
}

async function toThePerson(resource: string, response: Response): Promise<AgentError> {
  const refusal = await readRefusal(response, {});
  return refusal === undefined
    ? new AgentError(`${resource} answered with something that is no refusal`)
    : refusalError(resource, refusal);
}

function ofScope(own: Own, scope: string): Own {
  return { ...own, wishFor: (resource) => ({ ...own.wishFor(resource), scope }) };
}

/** The address at the proxy, and the path as it is sent on. Throws a TypeError for a path that is none of the API. */
function addressOf(resource: string, path: string): { readonly url: string; readonly encoded: string } {
  const url = URL.parse(`${resource}${path}`);
  const base = `${new URL(resource).pathname}/`;
  const isBelow = path.startsWith('/') && url?.pathname.startsWith(base) === true;
  if (url === null || !isBelow || url.hash !== '') {
    throw new TypeError('path: one of the API of the third party, from its first slash on');
  }
  return { url: url.href, encoded: url.pathname.slice(base.length - 1) };
}
