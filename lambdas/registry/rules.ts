import type { Kind, RegistryStore, Things } from '../ports/registry-store.ts';
import type {
  Agent,
  Client,
  ClientAuthentication,
  Registration,
  Resource,
  SecretAuthentication,
  StoredSecret,
} from '../ports/registry.ts';
import type { ResourceUri } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { type DeclaredAgent, readAgent } from './declaration/agent.ts';
import { type DeclaredApi, readApi } from './declaration/api.ts';
import { type DeclaredAuthentication, type DeclaredClient, readClient } from './declaration/client.ts';
import { exchangeGrantType } from './declaration/client-grants.ts';
import type { DeclarationContext } from './declaration/fields.ts';
import { type DeclaredEgressProvider, readEgressProvider } from './declaration/egress-provider.ts';
import { type DeclaredIdentityProvider, readIdentityProvider } from './declaration/identity-provider.ts';
import { type DeclaredResource, readResource } from './declaration/resource.ts';
import { type Delegations, resolveDelegations, trustDelegations } from './delegations.ts';
import { resolveApi } from './fitting-api.ts';
import { resolveEgressProvider } from './operators-provider.ts';
import { checkAgentExists, resolveCatalogue, resolveResource } from './references.ts';
import type { FieldRefusal, RegistryRefusal } from './refusal.ts';
import { liveSecrets } from './secrets.ts';

interface Declared {
  readonly resource: DeclaredResource;
  readonly agent: DeclaredAgent;
  readonly client: DeclaredClient;
  readonly idp: DeclaredIdentityProvider;
  readonly api: DeclaredApi;
  readonly provider: DeclaredEgressProvider;
}

/** A declaration whose references are resolved: the thing without its registration. */
export interface Settled {
  readonly resource: Omit<Resource, keyof Registration>;
  readonly agent: Omit<Agent, keyof Registration>;
  readonly client: Omit<DeclaredClient, 'resource' | 'hasUsualGrants'> & { readonly resource?: ResourceUri };
  readonly idp: DeclaredIdentityProvider;
  readonly api: DeclaredApi;
  readonly provider: DeclaredEgressProvider;
}

interface Rules<K extends Kind> {
  readonly read: (input: unknown, context: DeclarationContext) => Result<Declared[K], FieldRefusal>;
  /** Resolves and checks what the declaration refers to against the registry. */
  readonly resolve: (
    store: RegistryStore,
    declared: Declared[K],
  ) => Promise<Result<Settled[K], RegistryRefusal>>;
  /** The same by the declaration alone: a deployment registers things in no particular order. */
  readonly trust: (declared: Declared[K]) => Result<Settled[K], RegistryRefusal>;
  readonly create: (settled: Settled[K], registration: Registration, secret: () => StoredSecret) => Things[K];
  readonly replace: (
    settled: Settled[K],
    from: Things[K],
    registration: Registration,
    secret: () => StoredSecret,
  ) => Result<Things[K], RegistryRefusal>;
}

export const rules: { readonly [K in Kind]: Rules<K> } = {
  resource: {
    read: readResource,
    resolve: resolveNamed,
    trust: trustNamed,
    create: (settled, registration) => ({ ...settled, ...registration }),
    replace: (settled, _from, registration) => ok({ ...settled, ...registration }),
  },
  agent: {
    read: readAgent,
    resolve: resolveAgent,
    trust: trustAgent,
    create: (settled, registration) => ({ ...settled, ...registration }),
    replace: (settled, _from, registration) => ok({ ...settled, ...registration }),
  },
  client: {
    read: readClient,
    resolve: resolveClient,
    trust: trustClient,
    create: (settled, registration, secret) => ({
      ...settled,
      authentication: authenticationOf(settled, [], secret),
      ...registration,
    }),
    replace: replaceClient,
  },
  idp: {
    read: readIdentityProvider,
    resolve: (_store, declared) => Promise.resolve(ok(declared)),
    trust: ok,
    create: (settled, registration) => ({ ...settled, ...registration }),
    replace: (settled, _from, registration) => ok({ ...settled, ...registration }),
  },
  api: {
    read: readApi,
    resolve: resolveApi,
    trust: ok,
    create: (settled, registration) => ({ ...settled, ...registration }),
    replace: (settled, _from, registration) => ok({ ...settled, ...registration }),
  },
  provider: {
    read: readEgressProvider,
    resolve: resolveEgressProvider,
    trust: ok,
    create: (settled, registration) => ({ ...settled, ...registration }),
    replace: (settled, _from, registration) => ok({ ...settled, ...registration }),
  },
};

/** Reads a declaration whose references are taken as they are. */
export function readTrusted<K extends Kind>(
  kind: K,
  input: unknown,
  context: DeclarationContext,
): Result<Settled[K], RegistryRefusal> {
  const read = rules[kind].read(input, context);
  return read.ok ? rules[kind].trust(read.value) : read;
}

async function resolveNamed(
  store: RegistryStore,
  { delegations: named, ...declared }: DeclaredResource,
): Promise<Result<Settled['resource'], RegistryRefusal>> {
  const missing =
    (await checkAgentExists(store, declared.agentId)) ??
    (await checkAgentExists(store, declared.actor, 'actor'));
  if (missing !== undefined) return refuse(missing);
  const delegations = await resolveDelegations(store, named);
  return delegations.ok ? ok({ ...declared, ...delegations.value }) : delegations;
}

function trustNamed({
  delegations: named,
  ...declared
}: DeclaredResource): Result<Settled['resource'], RegistryRefusal> {
  const delegations = trustDelegations(named);
  return delegations.ok ? ok({ ...declared, ...delegations.value }) : delegations;
}

async function resolveAgent(
  store: RegistryStore,
  declared: DeclaredAgent,
): Promise<Result<Settled['agent'], RegistryRefusal>> {
  const catalogue = await resolveCatalogue(store, declared);
  if (!catalogue.ok) return catalogue;
  const delegations = await resolveDelegations(store, declared.delegations, declared.id);
  return delegations.ok ? ok(settledAgent(declared, catalogue.value, delegations.value)) : delegations;
}

function trustAgent(declared: DeclaredAgent): Result<Settled['agent'], RegistryRefusal> {
  const uris: ResourceUri[] = [];
  for (const [position, { resource }] of declared.catalogue.entries()) {
    if (!('uri' in resource)) {
      return refuse(notAUri(`catalogue[${position}].resource`, resource.id));
    }
    uris.push(resource.uri);
  }
  const catalogue = declared.catalogue.flatMap(({ required, optional }, position) => {
    const resource = uris[position];
    return resource === undefined ? [] : [{ resource, required, optional }];
  });
  const delegations = trustDelegations(declared.delegations);
  return delegations.ok ? ok(settledAgent(declared, catalogue, delegations.value)) : delegations;
}

function settledAgent(
  { id, name, owner, tasks }: DeclaredAgent,
  catalogue: Agent['catalogue'],
  delegations: Delegations,
): Settled['agent'] {
  return { id, name, owner, catalogue, ...delegations, ...(tasks && { tasks }) };
}

async function resolveClient(
  store: RegistryStore,
  { resource: name, ...declared }: DeclaredClient,
): Promise<Result<Settled['client'], RegistryRefusal>> {
  const { agentId } = declared;
  const missing = await checkAgentExists(store, agentId);
  if (missing !== undefined) return refuse(missing);
  const resource = name && (await resolveResource(store, name));
  if (resource && !resource.ok) return resource;
  const agent = agentId && (await store.find('agent', agentId))?.thing;
  return ok(settledClient(declared, resource?.value.uri, resource?.value ?? agent));
}

function trustClient({
  resource: name,
  ...declared
}: DeclaredClient): Result<Settled['client'], RegistryRefusal> {
  if (name === undefined) return ok(settledClient(declared, undefined));
  return 'uri' in name ? ok(settledClient(declared, name.uri)) : refuse(notAUri('resource', name.id));
}

/** A client that leaves its grants out can exchange where whom it acts for acts in the name of others. */
function settledClient(
  { hasUsualGrants, ...declared }: Omit<DeclaredClient, 'resource'>,
  resource: ResourceUri | undefined,
  owner?: Delegations,
): Settled['client'] {
  const exchanges =
    hasUsualGrants && owner?.delegations !== undefined && declared.authentication.method !== 'none';
  return {
    ...declared,
    ...(resource !== undefined && { resource }),
    ...(exchanges && { grantTypes: grantsOfExchange(declared.grantTypes, owner.delegations ?? []) }),
  };
}

function grantsOfExchange(
  declared: Client['grantTypes'],
  delegations: NonNullable<Delegations['delegations']>,
): Client['grantTypes'] {
  const goesOn = delegations.some(({ refresh }) => refresh === true) && !declared.includes('refresh_token');
  return [...declared, ...(goesOn ? ['refresh_token' as const] : []), exchangeGrantType];
}

function notAUri(field: string, id: string): RegistryRefusal {
  return { reason: 'field_invalid', field, value: `"${id}"`, fix: 'must be the URI of a resource' };
}

function replaceClient(
  settled: Settled['client'],
  from: Client,
  registration: Registration,
  secret: () => StoredSecret,
): Result<Client, RegistryRefusal> {
  if (from.agentId !== settled.agentId) {
    return refuse({
      reason: 'conflict',
      field: 'agent_id',
      problem: `client "${from.id}" ${from.agentId === undefined ? 'has no agent' : `belongs to agent "${from.agentId}"`} for good`,
      fix: 'register another client instead',
    });
  }
  return ok({
    ...settled,
    authentication: authenticationOf(settled, liveSecrets(from), secret),
    ...(from.attachedRedirectUris && { attachedRedirectUris: from.attachedRedirectUris }),
    ...registration,
  });
}

function authenticationOf(
  { authentication }: Settled['client'],
  live: readonly StoredSecret[],
  secret: () => StoredSecret,
): ClientAuthentication {
  if (!hasNoSecret(authentication)) {
    return { method: authentication.method, secrets: live.length > 0 ? live : [secret()] };
  }
  return authentication;
}

function hasNoSecret(
  authentication: DeclaredAuthentication,
): authentication is Exclude<DeclaredAuthentication, { readonly method: SecretAuthentication['method'] }> {
  return !authentication.method.startsWith('client_secret_');
}
