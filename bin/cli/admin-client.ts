import type { Json, Kind } from './declaration.ts';
import { Refused } from './failure.ts';
import { type AdminAnswer, signedRequest } from './signed-request.ts';
import type { Target } from './target.ts';

/** The admin API as the commands use it. A refusal of the API is a `Refused` in the API's own words. */
export interface AdminClient {
  readonly send: (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) => Promise<Json>;
  /** All pages; `progress` hears the count after each one but the last. */
  readonly listAll: (
    kind: Kind | 'registration-token',
    progress: (count: number) => void,
  ) => Promise<readonly Json[]>;
}

const pageSize = 100;

export function adminClient({ admin, signing }: Target): AdminClient {
  const send: AdminClient['send'] = async (method, path, body) => {
    const answer = await signedRequest(signing, method, `${admin}/${path}`, body);
    if (answer.status >= 300) throw new Refused(refusalText(answer, admin));
    return answer.body;
  };
  return {
    send,
    listAll: async (kind, progress) => {
      const things: Json[] = [];
      for (let cursor = ''; ;) {
        const page = await send('GET', `${kind}s?limit=${pageSize}${cursor}`);
        things.push(...((page[`${kind.replaceAll('-', '_')}s`] ?? []) as readonly Json[]));
        if (typeof page['cursor'] !== 'string') return things;
        cursor = `&cursor=${encodeURIComponent(page['cursor'])}`;
        progress(things.length);
      }
    },
  };
}

function refusalText({ status, body }: AdminAnswer, admin: string): string {
  const { error_description: description, message } = body as {
    error_description?: string;
    message?: string;
  };
  if (description !== undefined) return description;
  if (status === 403) {
    return `${admin} refuses these credentials${message === undefined ? '' : ` (${message})`}: the principal needs execute-api:Invoke on its admin routes`;
  }
  if (status === 404) return `there is no admin API at ${admin}; is this the issuer's URL?`;
  return `${admin} answered ${status}${message === undefined ? '' : `: ${message}`}`;
}
