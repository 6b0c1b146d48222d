import type { PolicyDocument } from '../../../local/iam/policy.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import { runAsRole } from './agent-role.ts';

type Resource = TestDeployment['run']['resources'][number];
type Statement = Readonly<Record<string, unknown>>;

/** The execution role of the sample app's runtime. */
export interface ExecutionRole {
  readonly arn: string;
  /** What AgentCore asks AWS for in the name of the role, with the permissions that the deployment gave it. */
  readonly ask: ReturnType<typeof runAsRole>;
}

export function executionRoleOf({ run }: TestDeployment): ExecutionRole {
  const arn = only(run.resources, 'AWS::IAM::Role', 'AnalystExecutionRole').attributes['Arn'] ?? '';
  return { arn, ask: runAsRole(run, arn, {}, identityPolicy(run.resources)) };
}

/** What `grantUse` lets the role ask of STS. */
function identityPolicy(resources: readonly Resource[]): PolicyDocument {
  const { PolicyDocument: document } = only(
    resources,
    'AWS::IAM::Policy',
    'AnalystExecutionRoleDefaultPolicy',
  ).properties as object as { readonly PolicyDocument: { readonly Statement: readonly Statement[] } };
  return { Statement: document.Statement.filter(({ Action }) => Action === 'sts:GetWebIdentityToken') };
}

function only(resources: readonly Resource[], type: string, name: string): Resource {
  const [found, ...more] = resources.filter(
    (each) => each.type === type && each.logicalId.replace(/[0-9A-F]{8}$/, '') === name,
  );
  if (found === undefined || more.length > 0) throw new Error(`there is not one ${name}`);
  return found;
}
