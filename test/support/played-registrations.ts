import { randomUUID } from 'node:crypto';
import type { Answered, Asked } from './played-idp/behaviour.ts';

// How identity providers register clients. Keycloak (keycloak/keycloak): services/…/clientregistration, where an initial
// access token is counted down, and each update gives another registration access token. Okta (okta/okta-developer-docs):
// reference/api/oauth-clients, "Dynamic Client Registration". Auth0 (auth0/docs-v2):
// get-started/applications/dynamic-client-registration.mdx, and the Management API, `/api/v2/clients`.

/** What strikes a call: nothing comes of it, or its reply is lost; `once` it is over after the first. */
export interface Strike {
  readonly on: 'register' | 'remove' | 'find' | 'update';
  readonly how: 'lost before' | 'lost after' | number;
  readonly always?: boolean;
}

export interface PlayedRegistrations {
  readonly also: (path: string, asked: Asked) => Answered | 'hang up' | undefined;
  /** Ids and secrets of all that there are. */
  readonly clients: ReadonlyMap<string, string>;
  /** What each was registered with. */
  readonly metadata: (id: string) => Readonly<Record<string, unknown>>;
  /** What the discovery document has besides. */
  readonly discovery: Readonly<Record<string, unknown>>;
  /** How often each was asked. */
  readonly calls: Record<Strike['on'], number>;
  /** As an administrator removes one there. */
  readonly forget: (id: string) => void;
  readonly strike: (strike?: Strike) => void;
  /** Changes what is answered to registrations. */
  readonly answer: (change?: (registered: Record<string, unknown>) => Record<string, unknown>) => void;
  /** How many registrations the credential is still good for. */
  uses: number;
  /** Secrets and tokens that it gave away. */
  readonly given: readonly string[];
}

type Kind = 'keycloak' | 'okta' | 'auth0';

const endpoints = {
  keycloak: '/clients-registrations/openid-connect',
  okta: '/oauth2/v1/clients',
  auth0: '/oidc/register',
} as const;

interface Registered {
  metadata: Record<string, unknown>;
  token: string;
}

/** `credential`: by which clients are registered; of Auth0 the secret of the client `manager`. */
export function playRegistrations(kind: Kind, root: string, credential: string): PlayedRegistrations {
  const clients = new Map<string, string>();
  const registered = new Map<string, Registered>();
  const given: string[] = [];
  const calls = { register: 0, remove: 0, find: 0, update: 0 };
  const endpoint = endpoints[kind];
  let strike: Strike | undefined;
  let change = (answer: Record<string, unknown>): Record<string, unknown> => answer;

  const give = (what: string): string => {
    const value = `${what}-canary-${randomUUID()}`;
    given.push(value);
    return value;
  };
  const remove = (id: string): void => {
    clients.delete(id);
    registered.delete(id);
  };
  const struck = (on: Strike['on'], effect: () => Answered): Answered | 'hang up' => {
    calls[on] += 1;
    if (strike?.on !== on) return effect();
    const { how, always = false } = strike;
    if (!always) strike = undefined;
    if (typeof how === 'number') return { status: how, body: { error: 'played' } };
    if (how === 'lost after') effect();
    return 'hang up';
  };
  const register = ({ authorization, body }: Asked): Answered => {
    const refused = refusalOf(kind, authorization, credential, played.uses);
    if (refused !== undefined) return refused;
    const asked = JSON.parse(body) as Record<string, unknown>;
    const isTaken = [...registered.values()].some(
      ({ metadata }) => metadata['client_name'] === asked['client_name'],
    );
    if (kind === 'okta' && isTaken) return invalid('client_name: An object with this field already exists');
    if (kind === 'keycloak' && asked['client_id'] !== undefined) return invalid('Client Identifier included');
    played.uses -= 1;
    const id = ids[kind]();
    const secret = give('secret');
    const token = give('rat');
    clients.set(id, secret);
    registered.set(id, { metadata: asked, token });
    const answer = {
      ...asked,
      ...{ client_id: id, client_secret: secret, client_secret_expires_at: 0 },
      ...(kind === 'keycloak' && {
        ...{ registration_access_token: token, registration_client_uri: `${root}${endpoint}/${id}` },
        subject_type: 'public',
      }),
    };
    return { status: 201, body: change(answer) };
  };
  const ofKeycloak = (path: string, asked: Asked): Answered | 'hang up' | undefined => {
    if (!path.startsWith(`${endpoint}/`)) return undefined;
    const id = path.slice(endpoint.length + 1);
    const own = registered.get(id);
    const unauthorized = {
      status: 401,
      body: { error: 'invalid_token', error_description: 'Not authorized' },
    };
    return struck(asked.method === 'PUT' ? 'update' : 'remove', () => {
      if (own === undefined || asked.authorization !== `Bearer ${own.token}`) return unauthorized;
      if (asked.method === 'DELETE') {
        remove(id);
        return { status: 204, body: {} };
      }
      Object.assign(own.metadata, JSON.parse(asked.body));
      own.token = give('rat');
      return { status: 200, body: { ...own.metadata, registration_access_token: own.token } };
    });
  };
  const ofOkta = (
    path: string,
    { method, authorization, url, body }: Asked,
  ): Answered | 'hang up' | undefined => {
    if (!path.startsWith(endpoint)) return undefined;
    if (authorization !== `SSWS ${credential}`) return wrongApiToken;
    if (method === 'GET') {
      return struck('find', () => ({
        status: 200,
        body: listed('client_id', 'client_name').filter((one) =>
          String(one['client_name']).startsWith(url.searchParams.get('q') ?? ''),
        ),
      }));
    }
    const id = path.slice(endpoint.length + 1);
    return struck(method === 'PUT' ? 'update' : 'remove', () => {
      const own = registered.get(id);
      if (own === undefined) return { status: 401, body: { error: 'invalid_client' } };
      if (method === 'PUT') {
        own.metadata = JSON.parse(body) as Record<string, unknown>;
        return { status: 200, body: own.metadata };
      }
      remove(id);
      return { status: 204, body: {} };
    });
  };
  let access = '';
  const ofAuth0 = (
    path: string,
    { method, authorization, body }: Asked,
  ): Answered | 'hang up' | undefined => {
    if (path === '/token' && body.startsWith('{')) {
      const form = JSON.parse(body) as Readonly<Record<string, unknown>>;
      const isManager = form['client_id'] === 'manager' && form['client_secret'] === credential;
      if (!isManager || form['audience'] !== `${root}/api/v2/`) {
        return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } };
      }
      access = give('management');
      return { status: 200, body: { access_token: access, token_type: 'Bearer', expires_in: 86_400 } };
    }
    if (!path.startsWith('/api/v2/clients')) return undefined;
    if (authorization !== `Bearer ${access}`) return { status: 401, body: { error: 'Unauthorized' } };
    if (method === 'GET') return struck('find', () => ({ status: 200, body: listed('client_id', 'name') }));
    const id = path.slice('/api/v2/clients/'.length);
    return struck(method === 'PATCH' ? 'update' : 'remove', () => {
      const own = registered.get(id);
      if (method === 'PATCH') {
        if (own === undefined) return { status: 404, body: { errorCode: 'inexistent_client' } };
        own.metadata['client_name'] = (JSON.parse(body) as { readonly name?: unknown }).name;
        return { status: 200, body: { client_id: id } };
      }
      remove(id);
      return { status: 204, body: {} };
    });
  };
  const listed = (id: string, name: string): Record<string, unknown>[] =>
    [...registered].map(([key, { metadata }]) => ({ [id]: key, [name]: metadata['client_name'] }));

  const played: PlayedRegistrations = {
    ...{ clients, calls, given },
    also: (path, asked) => {
      if (path === endpoint && asked.method === 'POST') return struck('register', () => register(asked));
      return { keycloak: ofKeycloak, okta: ofOkta, auth0: ofAuth0 }[kind](path, asked);
    },
    metadata: (id) => registered.get(id)?.metadata ?? {},
    discovery: { registration_endpoint: `${root}${endpoint}` },
    forget: remove,
    strike: (next) => {
      strike = next;
    },
    answer: (next = (answer) => answer) => {
      change = next;
    },
    uses: 1_000,
  };
  return played;
}

const ids: Readonly<Record<Kind, () => string>> = {
  keycloak: () => randomUUID(),
  okta: () => `0oa${randomUUID().replaceAll('-', '').slice(0, 17)}`,
  auth0: () => `tpc_${randomUUID().replaceAll('-', '')}`,
};

const wrongApiToken: Answered = {
  status: 401,
  body: { errorCode: 'E0000011', errorSummary: 'Invalid token provided', errorCauses: [] },
};

function refusalOf(
  kind: Kind,
  authorization: string | undefined,
  credential: string,
  uses: number,
): Answered | undefined {
  if (kind === 'auth0') return undefined;
  if (kind === 'okta') return authorization === `SSWS ${credential}` ? undefined : wrongApiToken;
  const isGood = authorization === `Bearer ${credential}` && uses > 0;
  return isGood
    ? undefined
    : {
        status: 401,
        body: { error: 'invalid_token', error_description: 'No remaining count on initial access token' },
      };
}

function invalid(description: string): Answered {
  return { status: 400, body: { error: 'invalid_client_metadata', error_description: description } };
}
