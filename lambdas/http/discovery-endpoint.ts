import { authorizationServerMetadata, type IssuerAbilities } from '../oauth/metadata/authorization-server.ts';
import { keySet, keySetMaxAge } from '../oauth/metadata/key-set.ts';
import { providerKeySet } from '../oauth/metadata/provider-key-set.ts';
import { findResource, protectedResourceMetadata } from '../oauth/metadata/protected-resource.ts';
import type { IdentityProviders } from '../ports/identity-providers.ts';
import type { ResourceDirectory } from '../ports/registry.ts';
import type { KeyRings } from '../ports/signing.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Issuer } from '../runtime/identifiers.ts';
import type { Endpoint, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { json } from './respond.ts';
import { notFound, route, routes } from './routes.ts';

export interface DiscoveryPorts extends IssuerAbilities {
  readonly issuer: Issuer;
  readonly resources: ResourceDirectory;
  readonly keyRings: KeyRings;
  /** Those that know the deployment by keys. */
  readonly identityProviders: IdentityProviders;
  readonly clock: Clock;
}

/** How long anybody may keep what describes the issuer, and what describes a resource. Seconds. */
const issuerMaxAge = 300;
const resourceMaxAge = 60;

/** Every public document, and a 404 for everything that no function serves. */
export function discoveryEndpoint(ports: DiscoveryPorts): Endpoint {
  const { issuer, resources, keyRings, identityProviders, clock, detailedProviders } = ports;
  const describedIssuer = authorizationServerMetadata(issuer, ports);
  const metadata = methods({
    GET: () => Promise.resolve(cacheable(describedIssuer, issuerMaxAge)),
  });
  const jwks = methods({
    GET: async () => cacheable(keySet(await keyRings.current(), clock()), keySetMaxAge),
  });
  const resourceMetadata = (suffix: string): Endpoint =>
    methods({
      GET: async () => {
        const resource = await findResource(resources, issuer, suffix);
        if (resource === undefined) return notFound('no such resource is registered here');
        return cacheable(protectedResourceMetadata(resource, issuer, detailedProviders), resourceMaxAge);
      },
    });
  const keysAt = (id: string): Endpoint =>
    methods({
      GET: async () => {
        const idp = (await identityProviders.all()).find((candidate) => candidate.id === id);
        const keys = idp && providerKeySet(idp);
        if (keys === undefined) return notFound('no identity provider of this name knows us by keys');
        return cacheable(keys, keySetMaxAge);
      },
    });
  return routes([
    route('/.well-known/oauth-authorization-server', metadata),
    route('/.well-known/openid-configuration', metadata),
    route('/.well-known/jwks.json', jwks),
    route('/.well-known/identity-provider-keys/{idp}', (request, { idp }) => keysAt(idp)(request)),
    route('/.well-known/oauth-protected-resource', resourceMetadata('')),
    route('/.well-known/oauth-protected-resource/{resource+}', (request, { resource }) =>
      resourceMetadata(resource)(request),
    ),
  ]);
}

function cacheable(document: Readonly<Record<string, unknown>>, maxAge: number): HttpResponse {
  return json(200, document, { 'cache-control': `public, max-age=${maxAge}` });
}
