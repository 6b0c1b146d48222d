import {
  answerTo,
  idsNamed,
  membersOf,
  type RegistrationDialect,
  type RegistrationTalk,
} from './registration-talk.ts';

/** So many clients are looked through, a page of a hundred at a time. */
const mostPages = 20;

/** Anybody registers; what was made is found and removed by a management API, for which our client there gets tokens. */
export function openRegistration(management: string): RegistrationDialect {
  return {
    // Nothing is made that could not be removed again.
    authorization: async (talk) => ((await managing(talk, management)) === undefined ? undefined : {}),
    remove: async (talk, { id }) => {
      const access = await managing(talk, management);
      if (access === undefined) return 'refused';
      const url = `${access.api}clients/${encodeURIComponent(id)}`;
      const { status } = await answerTo(talk, { method: 'DELETE', url, authorization: access.authorization });
      if (status === 204 || status === 200) return 'removed';
      return status === 404 ? 'gone' : 'refused';
    },
    rename: async (talk, { id }, { client_name: name }) => {
      const access = await managing(talk, management);
      if (access === undefined) return { outcome: 'refused' };
      const url = `${access.api}clients/${encodeURIComponent(id)}`;
      const body = JSON.stringify({ name });
      const { status } = await answerTo(talk, {
        ...{ method: 'PATCH', url, authorization: access.authorization, body },
      });
      return { outcome: status === 200 ? 'renamed' : 'refused' };
    },
    find: async (talk, name) => {
      const access = await managing(talk, management);
      if (access === undefined) return undefined;
      const found: string[] = [];
      for (let page = 0; page < mostPages; page += 1) {
        const query = {
          fields: 'client_id,name',
          include_fields: 'true',
          per_page: '100',
          page: String(page),
        };
        const url = `${access.api}clients?${new URLSearchParams(query).toString()}`;
        const { status, text } = await answerTo(talk, {
          method: 'GET',
          url,
          authorization: access.authorization,
        });
        if (status !== 200) return undefined;
        found.push(...idsNamed(text, name, { id: 'client_id', name: 'name' }));
        if (Object.keys(membersOf(text)).length < 100) return found;
      }
      return found;
    },
  };
}

/** An access token for the management API; undefined where the provider gives none. */
async function managing(
  talk: RegistrationTalk,
  path: string,
): Promise<{ readonly api: string; readonly authorization: string } | undefined> {
  const credential = await talk.bootstrap();
  if (credential.kind !== 'client') return undefined;
  const api = credential.audience ?? new URL(path, talk.idp.issuer).href;
  const { status, text } = await answerTo(talk, {
    ...{ method: 'POST', url: talk.metadata.token_endpoint },
    body: JSON.stringify({
      ...{ grant_type: 'client_credentials', audience: api, client_id: credential.clientId },
      client_secret: credential.secret.reveal(),
    }),
  });
  const token = membersOf(text)['access_token'];
  return status === 200 && typeof token === 'string' ? { api, authorization: `Bearer ${token}` } : undefined;
}
