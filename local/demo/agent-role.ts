import type { Principal } from '../aws/call.ts';
import type { Cloud } from '../aws/cloud.ts';

/** The role of the agent `night-reporter` in the account that a local run plays. It may ask AWS who it is. */
export function nightReporter({ principalFor }: Pick<Cloud, 'principalFor'>): Principal {
  const role = 'arn:aws:iam::000000000000:role/agents/night-reporter';
  const mayAsk = { Effect: 'Allow', Action: 'sts:GetWebIdentityToken', Resource: '*' };
  return principalFor(role, [{ Statement: mayAsk }]);
}
