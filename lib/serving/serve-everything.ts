import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DataKey } from '../constructs/data-key.ts';
import type { DeploymentParts } from './deployment-parts.ts';
import { serveAdministration } from './serve-administration.ts';
import { serveAuthorization } from './serve-authorization.ts';
import { serveConnections } from './serve-connections.ts';
import { serveDiscovery } from './serve-discovery.ts';
import { serveEgress } from './serve-egress.ts';
import { serveEnds, serveIntrospection } from './serve-introspection.ts';
import { servePeople } from './serve-people.ts';
import { serveRefreshers } from './serve-refreshers.ts';
import { serveRegistration } from './serve-registration.ts';
import { serveRequests } from './serve-requests.ts';
import { serveTasks } from './serve-tasks.ts';
import { serveTokens } from './serve-tokens.ts';
import { vaultOf } from './vault-of.ts';

/** All the functions of a deployment; `keys` is the one that looks after the signing keys. */
export function serveEverything(
  base: Omit<DeploymentParts, 'people' | 'egress'>,
  dataKey: DataKey,
  keys: IFunction,
): DeploymentParts {
  const vault = vaultOf(base);
  const parts: DeploymentParts = {
    ...base,
    people: servePeople(base, dataKey, vault),
    egress: serveConnections(base, dataKey, vault),
  };
  serveDiscovery(parts);
  serveAuthorization(parts);
  serveRequests(parts);
  serveRegistration(parts);
  serveTokens(parts);
  serveTasks(parts);
  serveRefreshers(parts);
  serveEgress(parts);
  serveIntrospection(parts);
  serveEnds(parts);
  serveAdministration(parts, keys);
  return parts;
}
