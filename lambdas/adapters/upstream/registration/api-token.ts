import type { Bootstrap } from '../../../ports/enrolments.ts';
import { answerTo, idsNamed, membersOf, type RegistrationDialect } from './registration-talk.ts';

/** By an API token of the provider, or by an OAuth access token, for making, finding and removing alike. */
export function byApiToken(scheme: string): RegistrationDialect {
  const authorizationOf = (credential: Bootstrap): string | undefined => {
    if (credential.kind !== 'token') return undefined;
    const token = credential.token.reveal();
    // An API token has no dots, and an access token of an org is a JWT.
    return `${token.split('.').length === 3 ? 'Bearer' : scheme} ${token}`;
  };
  return {
    authorization: async ({ bootstrap }) => {
      const header = authorizationOf(await bootstrap());
      return header === undefined ? undefined : { header };
    },
    remove: async (talk, { id }) => {
      const url = `${talk.endpoint}/${encodeURIComponent(id)}`;
      const authorization = authorizationOf(await talk.bootstrap());
      const { status, text } = await answerTo(talk, { method: 'DELETE', url, authorization });
      if (status === 204 || status === 200) return 'removed';
      // An unknown client is told by 401 as an unknown token is, which has no OAuth error.
      const isUnknown = status === 401 && membersOf(text)['error'] === 'invalid_client';
      return isUnknown || status === 404 ? 'gone' : 'refused';
    },
    rename: async (talk, { id }, metadata) => {
      const url = `${talk.endpoint}/${encodeURIComponent(id)}`;
      const authorization = authorizationOf(await talk.bootstrap());
      const body = JSON.stringify({ ...metadata, client_id: id });
      const { status } = await answerTo(talk, { method: 'PUT', url, authorization, body });
      return { outcome: status === 200 ? 'renamed' : 'refused' };
    },
    find: async (talk, name) => {
      const url = `${talk.endpoint}?${new URLSearchParams({ q: name, limit: '200' }).toString()}`;
      const authorization = authorizationOf(await talk.bootstrap());
      const { status, text } = await answerTo(talk, { method: 'GET', url, authorization });
      return status === 200 ? idsNamed(text, name, { id: 'client_id', name: 'client_name' }) : undefined;
    },
  };
}
