import { GetWebIdentityTokenCommand, type GetWebIdentityTokenRequest, STSClient } from '@aws-sdk/client-sts';
import type { Session } from '../../../local/aws/call.ts';
import type { PolicyDocument } from '../../../local/iam/policy.ts';
import type { LocalRun } from '../../../local/run.ts';

const mayAsk: PolicyDocument = {
  Statement: {
    Effect: 'Allow',
    Action: ['sts:GetWebIdentityToken', 'sts:TagGetWebIdentityToken'],
    Resource: '*',
  },
};

/** An agent that runs under a role of the deployment's own account and asks AWS, by its SDK, for its token. */
export function runAsRole(
  { cloud }: Pick<LocalRun, 'cloud'>,
  role: string,
  session: Session = {},
  policy: PolicyDocument = mayAsk,
): (asked?: Partial<GetWebIdentityTokenRequest>) => Promise<string> {
  const credentials = cloud.principalFor(role, [policy], session);
  return async (asked = {}) => {
    const sts = new STSClient({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
    try {
      const { WebIdentityToken: token } = await sts.send(
        new GetWebIdentityTokenCommand({ Audience: [], SigningAlgorithm: 'ES384', ...asked }),
      );
      return token!;
    } finally {
      sts.destroy();
    }
  };
}
