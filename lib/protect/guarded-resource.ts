import { Token } from 'aws-cdk-lib';
import { InvalidConfig } from '../config/check-config.ts';
import type { ResourceConfig, VestibuleConfig } from '../config/config.ts';
import { requireJwt } from '../config/require-jwt.ts';
import { didYouMean, show } from '../config/problem.ts';

/** What of a resource a protected API is made of. */
export interface GuardedResource extends Pick<ResourceConfig, 'dpop'> {
  readonly id: string;
  readonly uri: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Where on the API it is: empty at the root, or `/mcp`. */
  readonly path: string;
}

/**
 * The resource of the config that an API serves. Its URI is one that only the deployment knows, and then it begins
 * with the API's own URL; or it is on a host of the API's that the config spells out.
 */
export function guardedResource(
  { resources }: VestibuleConfig,
  id: string,
  apiEndpoint: string,
): GuardedResource {
  const declared = resources.find((resource) => resource.id === id);
  if (declared === undefined) {
    const ids = resources.map((resource) => resource.id);
    const fix = ids.length === 0 ? 'the config has no resources: add it' : didYouMean(id, ids);
    throw problem('resource', `${show(id)} is no resource of this config; ${fix}`);
  }
  requireJwt(declared, 'a protected API');
  const { uri, audience = uri, scopes, dpop } = declared;
  return {
    ...{ id, uri, audience, scopes: Object.keys(scopes), path: pathOn(uri, id, apiEndpoint) },
    ...(dpop && { dpop }),
  };
}

export function problem(path: string, text: string): InvalidConfig {
  return new InvalidConfig([{ path, text }]);
}

function pathOn(uri: string, id: string, apiEndpoint: string): string {
  if (!Token.isUnresolved(uri)) return new URL(uri).pathname.replace(/^\/$/, '');
  const path = uri.startsWith(apiEndpoint) ? uri.slice(apiEndpoint.length) : undefined;
  if (path === undefined || Token.isUnresolved(path)) {
    const fix = 'write its uri as `${api.apiEndpoint}/mcp`, or with the host that clients use';
    throw problem('resource', `the uri of ${show(id)} is not known to be on this API; ${fix}`);
  }
  return path;
}
