import type { Answer, Driver } from './driver.ts';

/** Clients that register themselves and manage that. */
export interface Registering {
  /** With an initial access token, where one is given. */
  readonly register: (metadata: unknown, token?: unknown) => Promise<Answer>;
  /** A request about the registration, with what is presented as its access token. */
  readonly manage: (
    method: string,
    registered: Pick<Answer, 'body'>,
    token: unknown,
    metadata?: object,
  ) => Promise<Answer>;
  /** Whether the authorization endpoint knows the client. */
  readonly isKnown: (clientId: unknown) => Promise<boolean>;
}

export function registering(client: Driver): Registering {
  return {
    register: (metadata, token) => {
      const { headers, body } = jsonBody(metadata);
      return client.send('/register', { method: 'POST', headers: { ...headers, ...bearer(token) }, body });
    },
    manage: (method, { body }, token, metadata) => {
      const { headers, ...sent } = metadata === undefined ? { headers: {} } : jsonBody(metadata);
      const path = new URL(text(body['registration_client_uri'])).pathname;
      return client.send(path, { method, headers: { ...headers, ...bearer(token) }, ...sent });
    },
    isKnown: async (clientId) => {
      client.letCachesExpire();
      const query = new URLSearchParams({ client_id: text(clientId) });
      const answer = await client.get(`/authorize?${query.toString()}`, { accept: 'application/json' });
      return !answer.text.includes('not registered');
    },
  };
}

/** A client on a person's own machine. */
export function publicApp(name: string): Readonly<Record<string, unknown>> {
  return {
    client_name: name,
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
  };
}

function jsonBody(value: unknown) {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function bearer(token: unknown) {
  return token === undefined ? {} : { authorization: `Bearer ${text(token)}` };
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}
