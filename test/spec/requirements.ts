import type { Requirement } from './requirement.ts';
import { administration, authorization, robustness } from './requirements/operation.ts';
import { accountsAtRest } from './requirements/accounts-at-rest.ts';
import { agentWrapper } from './requirements/agent.ts';
import { agentCore } from './requirements/agentcore.ts';
import { chains } from './requirements/chains.ts';
import { connecting } from './requirements/connecting.ts';
import { connections } from './requirements/connections.ts';
import { assertions, tokenRequest } from './requirements/token.ts';
import { delegations } from './requirements/delegations.ts';
import { deviceGrant } from './requirements/device.ts';
import { egressTokens } from './requirements/egress-tokens.ts';
import { exchange } from './requirements/exchange.ts';
import { downstreamApis } from './requirements/downstream-apis.ts';
import { discovery, resourceMetadata } from './requirements/discovery.ts';
import { endsOfPeople } from './requirements/ends-of-people.ts';
import { dpop } from './requirements/dpop.ts';
import { egressProxy } from './requirements/egress-proxy.ts';
import { ends } from './requirements/ends.ts';
import { doctor } from './requirements/doctor.ts';
import { entitlement, issuance } from './requirements/issuance.ts';
import { federation } from './requirements/federation.ts';
import { keyLife } from './requirements/keys.ts';
import { idJag } from './requirements/id-jag.ts';
import { identityAssertions } from './requirements/identity-assertions.ts';
import { introspection } from './requirements/introspection.ts';
import { logout } from './requirements/logout.ts';
import { limits } from './requirements/limits.ts';
import { mutualTls } from './requirements/mutual-tls.ts';
import { pages } from './requirements/pages.ts';
import { codes, openId, refreshing } from './requirements/person-tokens.ts';
import { protectedApis } from './requirements/protected-apis.ts';
import { pushedRequests } from './requirements/pushed-requests.ts';
import { operations } from './requirements/operations.ts';
import { opaqueTokens } from './requirements/opaque-tokens.ts';
import { proxiedRegistration } from './requirements/proxied-registration.ts';
import { registration } from './requirements/registration.ts';
import { resourceServer } from './requirements/resource-server.ts';
import { authorizationRequests, signIn } from './requirements/sign-in.ts';
import { signing } from './requirements/signing.ts';
import { sightOfTasks } from './requirements/sight-of-tasks.ts';
import { taskTokens } from './requirements/task-tokens.ts';
import { tasks } from './requirements/tasks.ts';
import { trustAnchors } from './requirements/trust-anchors.ts';
import { upstreamAuthentication } from './requirements/upstream-authentication.ts';
import { workloadFederation } from './requirements/workload-federation.ts';
import { workloadIdentity } from './requirements/workload-identity.ts';

/** Everything the project claims to do, each claim cited by at least one test. */
export const requirements = {
  ...discovery,
  ...resourceMetadata,
  ...tokenRequest,
  ...assertions,
  ...workloadIdentity,
  ...workloadFederation,
  ...trustAnchors,
  ...entitlement,
  ...issuance,
  ...resourceServer,
  ...idJag,
  ...egressTokens,
  ...identityAssertions,
  ...introspection,
  ...protectedApis,
  ...agentCore,
  ...agentWrapper,
  ...egressProxy,
  ...ends,
  ...chains,
  ...accountsAtRest,
  ...connecting,
  ...connections,
  ...sightOfTasks,
  ...taskTokens,
  ...tasks,
  ...endsOfPeople,
  ...logout,
  ...signing,
  ...authorization,
  ...authorizationRequests,
  ...signIn,
  ...pushedRequests,
  ...administration,
  ...robustness,
  ...limits,
  ...federation,
  ...doctor,
  ...downstreamApis,
  ...upstreamAuthentication,
  ...keyLife,
  ...operations,
  ...opaqueTokens,
  ...mutualTls,
  ...pages,
  ...codes,
  ...refreshing,
  ...openId,
  ...registration,
  ...proxiedRegistration,
  ...dpop,
  ...delegations,
  ...deviceGrant,
  ...exchange,
} as const satisfies Readonly<Record<string, Requirement>>;

export type RequirementId = keyof typeof requirements;

export function isRequirementId(id: string): id is RequirementId {
  return Object.hasOwn(requirements, id);
}
