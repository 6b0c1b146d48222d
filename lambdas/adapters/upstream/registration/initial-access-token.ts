import { Secret } from '../../../runtime/secret.ts';
import { answerTo, membersOf, type RegistrationDialect } from './registration-talk.ts';

/** RFC 7591 by an initial access token, and RFC 7592 by the token of each client. */
export const byInitialAccessToken: RegistrationDialect = {
  authorization: async ({ bootstrap }) => {
    const credential = await bootstrap();
    return credential.kind === 'token' ? { header: `Bearer ${credential.token.reveal()}` } : undefined;
  },
  remove: async (talk, { registration }) => {
    if (registration === undefined) return 'refused';
    const { uri: url, token } = registration;
    const { status } = await answerTo(talk, {
      ...{ method: 'DELETE', url, authorization: `Bearer ${token.reveal()}` },
    });
    if (status === 204 || status === 200) return 'removed';
    // RFC 7592 §2.3, §4: of a client that is gone its token is gone too.
    return status === 401 || status === 404 ? 'gone' : 'refused';
  },
  // RFC 7592 §2.2: all of the metadata. What comes back may have another token in place of the one that was used.
  rename: async (talk, { id, registration }, metadata) => {
    if (registration === undefined) return { outcome: 'refused' };
    const { uri: url, token } = registration;
    const authorization = `Bearer ${token.reveal()}`;
    const body = JSON.stringify({ ...metadata, client_id: id });
    const { status, text } = await answerTo(talk, { method: 'PUT', url, authorization, body });
    if (status !== 200) return { outcome: 'refused' };
    const given = membersOf(text)['registration_access_token'];
    const isToken = typeof given === 'string' && given !== '' && given.length <= 8_192;
    return { outcome: 'renamed', ...(isToken && { token: new Secret(given) }) };
  },
  find: () => Promise.resolve(undefined),
};
