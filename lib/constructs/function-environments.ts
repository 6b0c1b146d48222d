import type { AdminEnvironment } from '../../lambdas/functions/admin/environment.ts';
import type { AuthorizationEnvironment } from '../../lambdas/functions/authorization/environment.ts';
import type { AuthorizerEnvironment } from '../../lambdas/functions/authorizer/environment.ts';
import type { ConnectionsEnvironment } from '../../lambdas/functions/connections/environment.ts';
import type { DiscoveryEnvironment } from '../../lambdas/functions/discovery/environment.ts';
import type { DownstreamEnvironment } from '../../lambdas/functions/downstream/environment.ts';
import type { EgressEnvironment } from '../../lambdas/functions/egress/environment.ts';
import type { EndsEnvironment } from '../../lambdas/functions/ends/environment.ts';
import type { EnrolmentEnvironment } from '../../lambdas/functions/enrolment/environment.ts';
import type { GateEnvironment } from '../../lambdas/functions/gate/environment.ts';
import type { InterceptorEnvironment } from '../../lambdas/functions/interceptor/environment.ts';
import type { IntrospectionEnvironment } from '../../lambdas/functions/introspection/environment.ts';
import type { KeysEnvironment } from '../../lambdas/functions/keys/environment.ts';
import type { NoSignInEnvironment } from '../../lambdas/functions/no-sign-in/environment.ts';
import type { RefresherEnvironment } from '../../lambdas/functions/refresher/environment.ts';
import type { RegistrarEnvironment } from '../../lambdas/functions/registrar/environment.ts';
import type { RegistrationEnvironment } from '../../lambdas/functions/registration/environment.ts';
import type { RequestsEnvironment } from '../../lambdas/functions/requests/environment.ts';
import type { SweepEnvironment } from '../../lambdas/functions/sweep/environment.ts';
import type { TasksEnvironment } from '../../lambdas/functions/tasks/environment.ts';
import type { TokenEnvironment } from '../../lambdas/functions/token/environment.ts';

/** Every deployed function and the environment it declares. */
export interface FunctionEnvironments {
  readonly admin: AdminEnvironment;
  readonly authorization: AuthorizationEnvironment;
  readonly authorizer: AuthorizerEnvironment;
  readonly connections: ConnectionsEnvironment;
  readonly discovery: DiscoveryEnvironment;
  readonly downstream: DownstreamEnvironment;
  readonly egress: EgressEnvironment;
  readonly ends: EndsEnvironment;
  readonly enrolment: EnrolmentEnvironment;
  readonly gate: GateEnvironment;
  readonly interceptor: InterceptorEnvironment;
  readonly introspection: IntrospectionEnvironment;
  readonly keys: KeysEnvironment;
  readonly 'no-sign-in': NoSignInEnvironment;
  readonly refresher: RefresherEnvironment;
  readonly registrar: RegistrarEnvironment;
  readonly registration: RegistrationEnvironment;
  readonly requests: RequestsEnvironment;
  readonly sweep: SweepEnvironment;
  readonly tasks: TasksEnvironment;
  readonly token: TokenEnvironment;
}

export type FunctionName = keyof FunctionEnvironments;
