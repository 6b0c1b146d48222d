import { type KeycloakServer, type Realm, startRealms, type WhichKeycloak } from './keycloak.ts';

export interface Keycloak {
  readonly issuer: string;
  /** Says of a person of the realm whether they may sign in, as an administrator does. */
  readonly setEnabled: (username: string, isEnabled: boolean) => Promise<void>;
  readonly setGroups: (username: string, groups: readonly string[]) => Promise<void>;
  /** An initial access token for so many clients, as an administrator makes one. */
  readonly initialAccessToken: (count: number) => Promise<string>;
  /** The clients of ours that were registered by one: their ids and names. */
  readonly registered: () => Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** The clients that people signed in with, the last first, as its log of events has it. */
  readonly signInClients: () => Promise<readonly string[]>;
  /** A call of the admin API of the realm. */
  readonly ask: (method: string, path: string, body?: object) => Promise<unknown>;
  readonly stop: () => void;
}

/** Keycloak with one realm, `company`: alice, bob and carol, two groups, and the client that we are there. */
export async function startKeycloak(options: {
  readonly port: number;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly which?: WhichKeycloak;
}): Promise<Keycloak> {
  const server = await startRealms(options.port, [realm(options)], options.which);
  const issuer = `${server.root}/realms/company`;
  return { issuer, ...administration(server), stop: server.stop };
}

function administration({ call }: KeycloakServer): Omit<Keycloak, 'issuer' | 'stop'> {
  const ask = call.bind(undefined, 'company');
  const idOf = async (username: string): Promise<string> => {
    const [user] = (await ask('GET', `users?exact=true&username=${username}`)) as [{ readonly id: string }];
    return user.id;
  };
  return {
    ask,
    initialAccessToken: async (count) => {
      const made = await ask('POST', 'clients-initial-access', { count, expiration: 3_600 });
      return (made as { readonly token: string }).token;
    },
    registered: async () => {
      const clients = (await ask('GET', 'clients')) as readonly Readonly<Record<string, string>>[];
      return clients
        .filter(({ name = '' }) => /\((?:dyn|doc)_/.test(name))
        .map(({ clientId = '', name = '' }) => ({ id: clientId, name }));
    },
    signInClients: async () => {
      const events = await ask('GET', 'events?type=LOGIN');
      return (events as readonly { readonly clientId: string }[]).map(({ clientId }) => clientId);
    },
    setEnabled: async (username, enabled) => {
      await ask('PUT', `users/${await idOf(username)}`, { enabled });
    },
    setGroups: async (username, names) => {
      const user = await idOf(username);
      const known = (await ask('GET', 'groups')) as readonly {
        readonly id: string;
        readonly name: string;
      }[];
      for (const { id, name } of known) {
        await ask(names.includes(name) ? 'PUT' : 'DELETE', `users/${user}/groups/${id}`);
      }
    },
  };
}

function realm({
  clientSecret,
  redirectUri,
}: {
  readonly clientSecret: string;
  readonly redirectUri: string;
}): Realm {
  const ours = new URL(redirectUri).origin;
  const person = (username: string, firstName: string, groups: readonly string[]): object => ({
    ...{ username, firstName, lastName: 'Adams', email: `${username}@example.com`, emailVerified: true },
    ...{ enabled: true, groups, realmRoles: ['offline_access'] },
    credentials: [{ type: 'password', value: username, temporary: false }],
  });
  return {
    ...{ realm: 'company', enabled: true, sslRequired: 'none', eventsEnabled: true },
    ...{ revokeRefreshToken: true, refreshTokenMaxReuse: 0 },
    // The clock of a run is put forward, and Keycloak's is not.
    accessTokenLifespan: 3_600,
    groups: [{ name: 'engineering' }, { name: 'support' }],
    users: [
      person('alice', 'Alice', ['engineering']),
      person('bob', 'Bob', ['support']),
      person('carol', 'Carol', ['engineering']),
    ],
    clients: [
      {
        ...{ clientId: 'vestibule', secret: clientSecret, protocol: 'openid-connect', enabled: true },
        ...{ publicClient: false, standardFlowEnabled: true, directAccessGrantsEnabled: false },
        redirectUris: [redirectUri],
        attributes: {
          'pkce.code.challenge.method': 'S256',
          'post.logout.redirect.uris': `${ours}/logout/callback`,
          'backchannel.logout.url': `${ours}/backchannel-logout/company`,
          'backchannel.logout.session.required': 'true',
        },
        protocolMappers: [
          {
            ...{ name: 'groups', protocol: 'openid-connect', protocolMapper: 'oidc-group-membership-mapper' },
            config: {
              ...{ 'claim.name': 'groups', 'full.path': 'false' },
              ...{ 'id.token.claim': 'true', 'access.token.claim': 'false', 'userinfo.token.claim': 'true' },
            },
          },
        ],
      },
    ],
  };
}
