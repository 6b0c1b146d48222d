import { didYouMean, pathOf, type Problem, show } from './problem.ts';
import { isSharedIssuer, profileOf, tellsGroups, tellsTenants } from './provider-profiles.ts';
import { proxiedProblems } from './proxied-registration.ts';
import type { SoundParts } from './sound-parts.ts';

type Provider = SoundParts['identityProviders'][number];
type Role = SoundParts['roles'][number];

/** What identity providers and roles say about each other and about resources. */
export function peopleProblems(config: SoundParts): readonly Problem[] {
  return [
    ...shared(config.identityProviders, 'issuer', ({ issuer }) => [issuer]),
    ...shared(config.identityProviders, 'domains', ({ domains = [] }) => domains),
    ...config.identityProviders.flatMap((provider, index) => resourcesOf(provider, index, config)),
    ...config.identityProviders.flatMap(tenantsOf),
    ...config.identityProviders.flatMap(stepUpOf),
    ...config.identityProviders.flatMap(proofOf),
    ...config.identityProviders.flatMap((provider, index) => proxiedProblems(provider, index, config)),
    ...rolesWithoutPeople(config),
    ...config.roles.flatMap((role, index) => [
      ...groupsOf(role, index, config),
      ...scopesOf(role, index, config),
    ]),
  ];
}

/** Two providers of one issuer would be two ways to be the same person; of one domain, nobody could choose. */
function shared(
  providers: readonly Provider[],
  field: 'issuer' | 'domains',
  valuesOf: (provider: Provider) => readonly string[],
): readonly Problem[] {
  return providers.flatMap((provider, index) =>
    valuesOf(provider).flatMap((value) => {
      const first = providers.findIndex((other) => valuesOf(other).includes(value));
      if (first === index) return [];
      const text = `${show(value)} is that of ${pathOf(['identityProviders', first])} too; only one can have it`;
      return [{ path: pathOf(['identityProviders', index, field]), text }];
    }),
  );
}

function resourcesOf({ resources = [] }: Provider, index: number, config: SoundParts): readonly Problem[] {
  const known = config.resources.map(({ id }) => id);
  return resources.flatMap((id, position) =>
    unknown(pathOf(['identityProviders', index, 'resources', position]), id, 'resource', known),
  );
}

const entraTenant = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Anybody can have a tenant: where one issuer has all of them, the config says whose people are meant. */
function tenantsOf(provider: Provider, index: number): readonly Problem[] {
  const { issuer, tenantClaim, tenants } = provider;
  const path = (...rest: readonly (string | number)[]): string =>
    pathOf(['identityProviders', index, 'tenants', ...rest]);
  const isEntra = profileOf(provider) === 'entra';
  if (isEntra && tenantClaim !== undefined && tenantClaim !== 'tid') {
    const text = `${show(tenantClaim)} is no claim that Entra alone sets; remove it, and 'tid' tells the tenant`;
    return [{ path: pathOf(['identityProviders', index, 'tenantClaim']), text }];
  }
  if (tenants === undefined) {
    if (!isSharedIssuer(provider)) return [];
    const text = `is missing, and ${show(issuer)} is that of every tenant there is; list the ids of those whose people may sign in`;
    return [{ path: path(), text }];
  }
  if (tenantClaim === undefined && !tellsTenants(provider)) {
    return [{ path: path(), text: 'are told by no claim; give that identity provider a tenantClaim' }];
  }
  if (!isEntra) return [];
  return tenants.flatMap((id, position) =>
    entraTenant.test(id)
      ? []
      : [
          {
            path: path(position),
            text: `${show(id)} is not the id of a tenant; write it in lower case, as '72f988bf-86f1-41af-91ab-2d7cd011db47'`,
          },
        ],
  );
}

/** What a provider could never be asked for. */
function stepUpOf(provider: Provider, index: number): readonly Problem[] {
  const { acr = {} } = provider;
  const path = (...rest: readonly string[]): string => pathOf(['identityProviders', index, 'acr', ...rest]);
  const profile = profileOf(provider);
  if (profile === 'cognito' && provider.acr !== undefined) {
    return [{ path: path(), text: 'is nothing that Cognito can be asked for; remove it' }];
  }
  if (profile !== 'entra') return [];
  return Object.entries(acr).flatMap(([name, value]) =>
    /^c[1-9]\d?$/.test(value)
      ? []
      : [
          {
            path: path(name),
            text: `${show(value)} is no authentication context; write its id, 'c1' to 'c99'`,
          },
        ],
  );
}

/** What a provider does not know its clients by, and a secret that nobody would read. */
function proofOf(provider: Provider, index: number): readonly Problem[] {
  if (provider.authentication === undefined) return [];
  const path = (...fields: readonly string[]): string => pathOf(['identityProviders', index, ...fields]);
  if (provider.clientSecretArn !== undefined) {
    return [{ path: path('clientSecretArn'), text: 'is read by nobody beside authentication; remove it' }];
  }
  const profile = profileOf(provider);
  if (profile === 'cognito') {
    const text = "is nothing that Cognito knows but a secret; write 'client_secret'";
    return [{ path: path('authentication'), text }];
  }
  const { alg, certificate } = provider.authentication;
  if (alg !== 'ES256' || (profile !== 'entra' && certificate === undefined)) return [];
  const text = "'ES256' signs with no key that a certificate is made of; write 'PS256'";
  return [{ path: path('authentication', 'alg'), text }];
}

function rolesWithoutPeople({ roles, identityProviders }: SoundParts): readonly Problem[] {
  if (roles.length === 0 || identityProviders.length > 0) return [];
  return [
    { path: 'roles', text: 'stand in a config where nobody signs in; add identityProviders or remove them' },
  ];
}

function groupsOf({ groups }: Role, index: number, { identityProviders }: SoundParts): readonly Problem[] {
  if (groups === undefined || groups === 'everyone') return [];
  return Object.keys(groups).flatMap((id) => {
    const path = pathOf(['roles', index, 'groups', id]);
    const provider = identityProviders.find((candidate) => candidate.id === id);
    if (provider === undefined) {
      return unknown(
        path,
        id,
        'identity provider',
        identityProviders.map((candidate) => candidate.id),
      );
    }
    if (provider.groupsClaim !== undefined || tellsGroups(provider)) return [];
    return [{ path, text: `${show(id)} says nothing of groups; give that identity provider a groupsClaim` }];
  });
}

function scopesOf({ scopes }: Role, index: number, config: SoundParts): readonly Problem[] {
  const resources = [
    ...config.resources.map(({ id, scopes: defined }) => ({ id, defined: Object.keys(defined) })),
    ...config.downstreamApis.map(({ id, scopes: defined }) => ({ id, defined })),
  ];
  return Object.entries(scopes).flatMap(([id, names]) => {
    const resource = resources.find((candidate) => candidate.id === id);
    const path = pathOf(['roles', index, 'scopes', id]);
    if (resource === undefined)
      return unknown(
        path,
        id,
        'resource',
        resources.map((candidate) => candidate.id),
      );
    const { defined } = resource;
    if (defined.length === 0) return [];
    return names.flatMap((name, position) => {
      if (defined.includes(name)) return [];
      const text = `${show(name)} is no scope of resource '${id}'; ${didYouMean(name, defined)}`;
      return [{ path: pathOf(['roles', index, 'scopes', id, position]), text }];
    });
  });
}

function unknown(path: string, id: string, what: string, known: readonly string[]): readonly Problem[] {
  if (known.includes(id)) return [];
  const fix = known.length === 0 ? `the config has no ${what}s: add it` : didYouMean(id, known);
  return [{ path, text: `${show(id)} is no ${what} of this config; ${fix}` }];
}
