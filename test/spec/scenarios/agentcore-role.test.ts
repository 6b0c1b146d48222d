import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { runAsRole } from '../support/agent-role.ts';
import { type Answer, drive, type Driver } from '../support/driver.ts';
import { type ExecutionRole, executionRoleOf } from '../support/execution-role.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let executionRole: string;
let ask: ExecutionRole['ask'];
let tokenEndpoint: string;
let tools: string;

beforeAll(async () => {
  deployment = await startDeployment({ app: 'sample-app' });
  client = drive(deployment);
  ({ arn: executionRole, ask } = executionRoleOf(deployment));
  tokenEndpoint = `${deployment.issuer}/token`;
  tools = `${deployment.issuer}/resources/tools`;
}, 120_000);

afterAll(async () => {
  await deployment.stop();
});

describe('AgentCore gets a token for the execution role of an agent', () => {
  verifies('vestibule:agentcore-role', 'by what AWS says of the role, and names no client', async () => {
    const registered = (await client.admin('GET', 'clients/analyst-role')).body;
    expect(registered).toMatchObject({
      ...{ agent_id: 'analyst', token_endpoint_auth_method: 'aws_iam_jwt' },
      aws: { role: executionRole, issuer: deployment.run.cloud.identityIssuer },
    });
    for (const SigningAlgorithm of ['ES384', 'RS256']) {
      const identity = await ask({ Audience: [tokenEndpoint], SigningAlgorithm });
      expect(decodeProtectedHeader(identity).alg).toBe(SigningAlgorithm);
      expect(decodeJwt(identity)).toMatchObject({ aud: tokenEndpoint, sub: executionRole });
      const { status, body, text } = await presented(identity, { audience: tools, scope: 'tools:read' });
      expect([SigningAlgorithm, status, text]).toEqual([SigningAlgorithm, 200, text]);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ aud: tools, client_id: 'analyst-role', sub: 'analyst-role', agent_id: 'analyst' },
        scope: 'tools:read',
      });
    }
  });

  verifies('vestibule:agentcore-role', 'and for no other role, and each time anew', async () => {
    const identity = await ask({ Audience: [tokenEndpoint] });
    expect((await presented(identity)).status).toBe(200);
    expect((await presented(identity)).status).toBe(401);
    const stranger = runAsRole(deployment.run, `${executionRole}-of-another`);
    const { status, body } = await presented(await stranger({ Audience: [tokenEndpoint] }));
    expect([status, body['error']]).toEqual([401, 'invalid_client']);
  });

  verifies('vestibule:agentcore-role', 'and the role may ask AWS for no other audience', async () => {
    await expect(ask({ Audience: ['https://elsewhere.example.com'] })).rejects.toThrow(
      /not authorized to perform: sts:GetWebIdentityToken/,
    );
  });
});

/** The request that AgentCore makes for the M2M flow with AWS_IAM_ID_TOKEN_JWT. */
function presented(identity: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return client.token({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: identity,
    ...form,
  });
}
