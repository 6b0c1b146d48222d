import type { Kind, RegistryStore, Things } from '../ports/registry-store.ts';
import type {
  Agent,
  Client,
  ClientAuthentication,
  Registration,
  SecretAuthentication,
  StoredSecret,
} from '../ports/registry.ts';
import type { ResourceUri } from '../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import { type DeclaredAgent, readAgent } from './declaration/agent.ts';
import { type DeclaredAuthentication, type DeclaredClient, readClient } from './declaration/client.ts';
import type { DeclarationContext } from './declaration/fields.ts';
import { type DeclaredIdentityProvider, readIdentityProvider } from './declaration/identity-provider.ts';
import { type DeclaredResource, readResource } from './declaration/resource.ts';
import { checkAgentExists, resolveCatalogue, resolveResource } from './references.ts';
import type { FieldRefusal, RegistryRefusal } from './refusal.ts';
import { liveSecrets } from './secrets.ts';

interface Declared {
  readonly resource: DeclaredResource;
  readonly agent: DeclaredAgent;
  readonly client: DeclaredClient;
  readonly idp: DeclaredIdentityProvider;
}

/** A declaration whose references are resolved: the thing without its registration. */
export interface Settled {
  readonly resource: DeclaredResource;
  readonly agent: Omit<Agent, keyof Registration>;
  readonly client: Omit<DeclaredClient, 'resource'> & { readonly resource?: ResourceUri };
  readonly idp: DeclaredIdentityProvider;
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
    resolve: async (store, declared) => {
      const missing = declared.agentId && (await checkAgentExists(store, declared.agentId));
      return missing ? refuse(missing) : ok(declared);
    },
    trust: ok,
    create: (settled, registration) => ({ ...settled, ...registration }),
    replace: (settled, _from, registration) => ok({ ...settled, ...registration }),
  },
  agent: {
    read: readAgent,
    resolve: resolveCatalogue,
    trust: trustCatalogue,
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

function trustCatalogue(declared: DeclaredAgent): Result<Settled['agent'], RegistryRefusal> {
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
  return ok({ ...declared, catalogue });
}

async function resolveClient(
  store: RegistryStore,
  { resource: name, ...declared }: DeclaredClient,
): Promise<Result<Settled['client'], RegistryRefusal>> {
  const missing = declared.agentId && (await checkAgentExists(store, declared.agentId));
  if (missing) return refuse(missing);
  if (name === undefined) return ok(declared);
  const resource = await resolveResource(store, name);
  return resource.ok ? ok({ ...declared, resource: resource.value }) : resource;
}

function trustClient({
  resource: name,
  ...declared
}: DeclaredClient): Result<Settled['client'], RegistryRefusal> {
  if (name === undefined) return ok(declared);
  return 'uri' in name ? ok({ ...declared, resource: name.uri }) : refuse(notAUri('resource', name.id));
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
