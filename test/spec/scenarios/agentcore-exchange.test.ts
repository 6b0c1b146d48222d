import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, drive, type Driver } from '../support/driver.ts';
import { type ExecutionRole, executionRoleOf } from '../support/execution-role.ts';
import { verifies } from '../verifies.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const type = 'urn:ietf:params:oauth:token-type';

let deployment: TestDeployment;
let client: Driver;
let tools: string;
let role: ExecutionRole;
/** What the runtime of the analyst was called with: a token of the planner for it. */
let inbound: string;

beforeAll(async () => {
  deployment = await startDeployment({ app: 'sample-app' });
  client = drive(deployment);
  role = executionRoleOf(deployment);
  tools = `${deployment.issuer}/resources/tools`;
  inbound = await tokenOf('planner-client', {
    ...{ grant_type: 'client_credentials', scope: 'ask' },
    audience: `${deployment.issuer}/resources/analyst-agent`,
  });
}, 120_000);

afterAll(async () => {
  await deployment.stop();
});

describe('AgentCore exchanges what the agent was called with', () => {
  verifies('vestibule:agentcore-exchange', 'as it sends it: a JWT, and the client is who acts', async () => {
    const gateway = deployment.run.resources.find(({ type: of }) => of === 'AWS::BedrockAgentCore::Gateway');
    const uri = gateway?.attributes['GatewayUrl'] ?? '';
    for (const named of [
      { audience: tools },
      { resource: uri },
      { audience: tools, resource: uri },
      // The only one at which the agent may act in the name of others.
      {},
    ]) {
      const { status, body, text } = await exchanged({ ...named, scope: 'tools:read' });
      expect([named, status, text]).toEqual([named, 200, text]);
      expect(body).toMatchObject({ token_type: 'Bearer', issued_token_type: `${type}:access_token` });
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ aud: tools, sub: 'planner-client', scope: 'tools:read' },
        ...{ client_id: 'analyst-agentcore', agent_id: 'analyst' },
        act: { sub: 'analyst', client_id: 'analyst-agentcore', agent_id: 'analyst' },
        jti_chain: [decodeJwt(inbound).jti],
      });
    }
  });

  verifies(
    'vestibule:agentcore-exchange',
    'as an access token too, which its parameters can say',
    async () => {
      const sent = { subject_token_type: `${type}:access_token`, audience: tools };
      expect((await exchanged(sent)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:agentcore-exchange',
    'and gets nothing beyond what the attached resource says',
    async () => {
      for (const [form, error] of [
        [{ audience: tools, scope: 'tools:call' }, 'invalid_scope'],
        [{ resource: 'https://mcp.example.com/mcp' }, 'invalid_target'],
        [{ audience: `${deployment.issuer}/resources/analyst-agent` }, 'invalid_target'],
        [{ audience: tools, subject_token: await own() }, 'invalid_request'],
      ] as const) {
        const { status, body } = await exchanged(form);
        expect([form, status, body['error']]).toEqual([form, 400, error]);
      }
    },
  );

  verifies('vestibule:agentcore-exchange', 'and no provider does that was not made for it', async () => {
    const form = { subject_token: inbound, subject_token_type: `${type}:jwt`, audience: tools };
    const { status, body } = await client.token(
      { grant_type: exchange, ...form },
      await as('analyst-asserting'),
    );
    expect([status, body['error']]).toEqual([400, 'unauthorized_client']);
  });
});

describe('AgentCore sends who acts beside it', () => {
  verifies('vestibule:agentcore-actor', 'by a token of the agent itself (M2M)', async () => {
    // The scopes of the provider, at the one resource of the agent.
    const actor = await tokenOf('analyst-agentcore', {
      grant_type: 'client_credentials',
      scope: 'tools:read',
    });
    const { status, body, text } = await exchanged({
      ...{ audience: tools, actor_token: actor, actor_token_type: `${type}:access_token` },
    });
    expect([status, text]).toEqual([200, text]);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({ aud: tools, act: { sub: 'analyst' } });
  });

  verifies('vestibule:agentcore-actor', 'by the token of AWS of its execution role', async () => {
    const [proof, actor] = [await role.ask(forUs()), await role.ask(forUs())];
    const { status, body, text } = await client.token({
      ...{ grant_type: exchange, subject_token: inbound, subject_token_type: `${type}:jwt`, audience: tools },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...{ client_assertion: proof, actor_token: actor, actor_token_type: `${type}:jwt` },
    });
    expect([status, text]).toEqual([200, text]);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      ...{ aud: tools, client_id: 'analyst-role' },
      act: { sub: 'analyst', client_id: 'analyst-role' },
    });
  });

  verifies('vestibule:agentcore-actor', 'and nobody acts as another agent', async () => {
    const planner = await tokenOf('planner-client', {
      ...{ grant_type: 'client_credentials', audience: tools },
    });
    const sent = { audience: tools, actor_token: planner, actor_token_type: `${type}:access_token` };
    const { status, body } = await exchanged(sent);
    expect([status, body['error']]).toEqual([400, 'invalid_request']);
  });
});

describe('AgentCore presents what the agent was called with as a grant', () => {
  verifies(
    'vestibule:agentcore-inbound-jwt',
    'by the client of its provider (JWT_AUTHORIZATION_GRANT)',
    async () => {
      const form = { grant_type: bearer, assertion: inbound, audience: tools, scope: 'tools:read' };
      const { status, body, text } = await client.token(form, await as('analyst-asserting'));
      expect([status, text]).toEqual([200, text]);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ aud: tools, sub: 'planner-client', scope: 'tools:read', agent_id: 'analyst' },
        act: { sub: 'analyst', client_id: 'analyst-asserting' },
      });
      const other = await client.token(form, await as('analyst-agentcore'));
      expect([other.status, other.body['error']]).toEqual([400, 'unauthorized_client']);
    },
  );
});

/** What AgentCore asks STS for: a token for our token endpoint. */
function forUs(): Parameters<ExecutionRole['ask']>[0] {
  return { Audience: [`${deployment.issuer}/token`] };
}

/** The request that AgentCore makes for ON_BEHALF_OF_TOKEN_EXCHANGE with TOKEN_EXCHANGE; a form lays over it. */
async function exchanged(form: Readonly<Record<string, string>>): Promise<Answer> {
  return client.token(
    { grant_type: exchange, subject_token: inbound, subject_token_type: `${type}:jwt`, ...form },
    await as('analyst-agentcore'),
  );
}

/** The agent's own token, which nobody sent it. */
function own(): Promise<string> {
  return tokenOf('analyst-client', { grant_type: 'client_credentials', audience: tools });
}

async function tokenOf(clientId: string, form: Readonly<Record<string, string>>): Promise<string> {
  const { status, body, text } = await client.token(form, await as(clientId));
  expect([clientId, status, text]).toEqual([clientId, 200, text]);
  return String(body['access_token']);
}

async function as(clientId: string): Promise<ReturnType<typeof basic>> {
  return basic(clientId, await deployment.secretOf(clientId));
}
