import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cloud, startCloud } from '../../../local/aws/cloud.ts';
import { createFaultPlan } from '../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../local/clock.ts';
import type { PolicyDocument } from '../../../local/iam/policy.ts';
import { stsContract } from './sts-contract.ts';

/**
 * On the stand-in, or on AWS itself where CONTRACT_AWS_ENDPOINT_URL is `aws`: no other emulator issues identity tokens.
 */
describe('STS', () => {
  const isReal = process.env['CONTRACT_AWS_ENDPOINT_URL'] === 'aws';
  let cloud: Cloud;
  let sts: STSClient;

  beforeAll(async () => {
    cloud = await aCloud();
    sts = isReal ? new STSClient({}) : clientOf(cloud.root);
  });
  afterAll(async () => {
    sts.destroy();
    await cloud.stop();
  });

  const clientOf = (credentials: Cloud['root'], { endpoint }: Pick<Cloud, 'endpoint'> = cloud): STSClient =>
    new STSClient({ endpoint, region: 'us-east-1', credentials });
  const asked = { Audience: ['https://auth.example.com'], SigningAlgorithm: 'ES384' };

  stsContract(() => ({ sts }));

  describe('of the local run', () => {
    const role = 'arn:aws:iam::000000000000:role/path/of/worker';
    const allow = (statement: object): PolicyDocument => ({
      Statement: { Effect: 'Allow', Action: 'sts:GetWebIdentityToken', Resource: '*', ...statement },
    });

    it('names the role and not its session, with the tags and the function that AWS knows of', async () => {
      const session = {
        tags: { team: 'data' },
        lambdaFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      };
      const worker = clientOf(cloud.principalFor(role, [allow({})], session));
      const { WebIdentityToken: token } = await worker.send(new GetWebIdentityTokenCommand(asked));
      worker.destroy();
      expect(decodeJwt(token!)).toMatchObject({
        sub: role,
        iss: cloud.identityIssuer,
        'https://sts.amazonaws.com/': {
          aws_account: '000000000000',
          principal_tags: session.tags,
          lambda_source_function_arn: session.lambdaFunctionArn,
        },
      });
    });

    it.each([
      ['the permission', { Action: 'sts:GetCallerIdentity' }, {}],
      ['the permission for tags', {}, { Tags: [{ Key: 'a', Value: 'b' }] }],
      [
        'the audience',
        {
          Condition: {
            'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': ['https://other.example'] },
          },
        },
        {},
      ],
      ['the algorithm', { Condition: { StringEquals: { 'sts:SigningAlgorithm': 'RS256' } } }, {}],
    ])('gives no token to who lacks %s', async (_what, statement, input) => {
      const worker = clientOf(cloud.principalFor(role, [allow(statement)]));
      const command = new GetWebIdentityTokenCommand({ ...asked, ...input });
      await expect(worker.send(command)).rejects.toThrow(expect.objectContaining({ name: 'AccessDenied' }));
      worker.destroy();
    });

    it('gives no token while the account has not enabled outbound federation', async () => {
      const root = clientOf(cloud.root);
      cloud.enableOutboundFederation(false);
      await expect(root.send(new GetWebIdentityTokenCommand(asked))).rejects.toThrow(
        expect.objectContaining({ name: 'OutboundWebIdentityFederationDisabledException' }),
      );
      cloud.enableOutboundFederation(true);
      await root.send(new GetWebIdentityTokenCommand(asked));
      root.destroy();
    });
  });
});

function aCloud(): Promise<Cloud> {
  return startCloud({
    ...{ region: 'us-east-1', account: '000000000000' },
    ...{ clock: createVirtualClock(), faults: createFaultPlan() },
  });
}
