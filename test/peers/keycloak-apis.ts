import type { Keycloak } from './keycloak-company.ts';

type Named = Readonly<Record<'id' | 'name' | 'clientId', string>>;

/** An API behind Keycloak: a client of the realm, and perhaps a scope that gives ours its audience. */
export interface ApiThere {
  readonly clientId: string;
  readonly scope?: string;
}

/** Sets an API up as an administrator does, for the client `vestibule`. */
export async function addApi(keycloak: Keycloak, { clientId, scope }: ApiThere): Promise<void> {
  await keycloak.ask('POST', 'clients', {
    ...{ clientId, protocol: 'openid-connect', publicClient: false, standardFlowEnabled: false },
  });
  if (scope !== undefined) await addAudience(keycloak, { scope, audience: clientId, as: 'optional' });
}

interface Audience {
  readonly scope: string;
  readonly audience: string;
  readonly as: 'optional' | 'default';
  /** `vestibule`, if absent. */
  readonly to?: string;
}

/** A client scope that names an audience, as one of those that a client has. */
export async function addAudience(
  { ask }: Keycloak,
  { scope, audience, as, to = 'vestibule' }: Audience,
): Promise<void> {
  await ask('POST', 'client-scopes', {
    ...{ name: scope, protocol: 'openid-connect', attributes: { 'include.in.token.scope': 'true' } },
    protocolMappers: [
      {
        ...{ name: audience, protocol: 'openid-connect', protocolMapper: 'oidc-audience-mapper' },
        config: {
          ...{ 'included.client.audience': audience, 'access.token.claim': 'true' },
          'id.token.claim': 'false',
        },
      },
    ],
  });
  const scopes = (await ask('GET', 'client-scopes')) as readonly Named[];
  const id = scopes.find(({ name }) => name === scope)?.id ?? '';
  await ask('PUT', `clients/${await idOf({ ask }, to)}/${as}-client-scopes/${id}`);
}

/** The switch "Standard token exchange" of a client. */
export async function allowExchange(
  keycloak: Pick<Keycloak, 'ask'>,
  clientId: string,
  isOn = true,
): Promise<void> {
  const path = `clients/${await idOf(keycloak, clientId)}`;
  const client = (await keycloak.ask('GET', path)) as { readonly attributes?: object };
  const attributes = { ...client.attributes, 'standard.token.exchange.enabled': String(isOn) };
  await keycloak.ask('PUT', path, { ...client, attributes });
}

async function idOf({ ask }: Pick<Keycloak, 'ask'>, clientId: string): Promise<string> {
  const [client] = (await ask('GET', `clients?clientId=${clientId}`)) as readonly Named[];
  return client?.id ?? '';
}

/** How many exchanges Keycloak has in its log of events, those that it refused apart. */
export async function exchangesThere({ ask }: Keycloak): Promise<number> {
  const events = await ask('GET', 'events?type=TOKEN_EXCHANGE&max=1000');
  return (events as readonly object[]).length;
}
