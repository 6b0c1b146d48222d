import { answerTo, type RegistrationDialect } from './registration-talk.ts';

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
  find: () => Promise.resolve(undefined),
};
