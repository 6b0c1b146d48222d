export { createAgent } from './agent.ts';
export type { Agent, AgentOptions, OnBehalfOptions } from './agent.ts';
export { awsWebIdentityAsActor, ownTokenAsActor } from './actors.ts';
export type { ActorToken } from './actors.ts';
export {
  awsWebIdentity,
  clientSecretBasic,
  clientSecretPost,
  noClient,
  privateKeyJwt,
  publicClient,
} from './clients.ts';
export type { ClientCredential, Supply } from './clients.ts';
export {
  AgentError,
  DiscoveryFailed,
  InteractionRequired,
  TaskEnded,
  TemporarilyUnavailable,
  TokenRefused,
} from './errors.ts';
export type { TaskEnd, TaskEndReason } from './errors.ts';
export { clientCredentials, identityAssertion, workloadAssertion } from './grants.ts';
export type { Grant, IdentityAssertionOptions, TokenWish } from './grants.ts';
export type { AccessToken } from './present.ts';
export type { Principal, TokenOptions } from './principal.ts';
export type { ThirdParty, ThirdPartyOptions } from './third-party.ts';
export { taskSecret } from './task-secret.ts';
export type { TaskSecret, TaskSecretOptions } from './task-secret.ts';
export type { TaskStatus } from './task-status.ts';
export type { Task } from './task.ts';
export type { ChildTaskOptions, ResumeOptions, TaskOptions } from './task-options.ts';
export type { Tasks } from './tasks.ts';
export type { AskToken } from './token-endpoint.ts';
export type { IssuedToken } from '../token-client/token-answer.ts';
export type { Fetch, Send } from './wire.ts';
