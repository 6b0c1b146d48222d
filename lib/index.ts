export type { AttachedResource } from './agentcore/attached-resource.ts';
export { CredentialProvider } from './agentcore/credential-provider.ts';
export type { CredentialProviderOptions } from './agentcore/credential-provider-options.ts';
export type { ThirdPartyTarget, ThirdPartyTargetOptions } from './agentcore/third-party-target.ts';
export { GatewayAuthorizer, type GatewayAuthorizerOptions } from './agentcore/gateway-authorizer.ts';
export type { OnBehalfOf } from './agentcore/obo.ts';
export {
  type AllowedWorkloads,
  RuntimeAuthorizer,
  type RuntimeAuthorizerOptions,
} from './agentcore/runtime-authorizer.ts';
export { InvalidConfig } from './config/check-config.ts';
export {
  type AgentConfig,
  type AgentScopes,
  type AlarmsConfig,
  type BrandingConfig,
  type ClientAuthenticationConfig,
  type ClientConfig,
  defineConfig,
  type DpopConfig,
  type EdgeConfig,
  type HostedZoneConfig,
  type IssuerConfig,
  type KeyAuthentication,
  type LimitConfig,
  type LimitsConfig,
  type MutualTlsConfig,
  type ResourceConfig,
  type SecretAuthentication,
  type SigningConfig,
  type SoftwareStatementIssuerConfig,
  type VestibuleConfig,
} from './config/config.ts';
export type { DelegationConfig, OnBehalfOfConfig } from './config/delegation-config.ts';
export type { IdentityAssertionConfig } from './config/asserting-config.ts';
export type {
  AnchorGrantConfig,
  AssuranceConfig,
  SubjectConfig,
  TrustAnchorConfig,
  TrustedKind,
  WorkloadConfig,
} from './config/foreign-config.ts';
export type {
  DownstreamApiConfig,
  ExchangeClientConfig,
  ExchangeStrategyConfig,
} from './config/downstream-apis-config.ts';
export type {
  IdentityProviderConfig,
  ProxiedRegistrationConfig,
  RoleConfig,
} from './config/people-config.ts';
export type { AgentTasksConfig, TasksConfig } from './config/tasks-config.ts';
export { awsAccount, githubActions, kubernetes, spiffe } from './config/workload-platforms.ts';
export { EdgeWebAcl, type EdgeWebAclProps } from './edge/edge-web-acl.ts';
export { ProtectedApi } from './protect/protected-api.ts';
export type { Guard, ProtectedRouteOptions, ProtectOptions } from './protect/route-guard.ts';
export { Vestibule } from './vestibule.ts';
