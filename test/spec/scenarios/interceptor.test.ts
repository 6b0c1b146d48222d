import { afterAll, beforeAll, describe, expect } from 'vitest';

import { interceptorHandler } from '../../../lambdas/http/interceptor.ts';
import { tokenJudge } from '../../../lambdas/resource-server/token-judge.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { basic, type Driver, drive } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let planner: Readonly<Record<string, string>>;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  planner = basic('planner-client', await deployment.secretOf('planner-client'));
});

afterAll(async () => {
  await deployment.stop();
});

async function newToken(): Promise<string> {
  const demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
  const { body } = await client.token({ grant_type: 'client_credentials', resource: demo }, planner);
  return String(body['access_token']);
}

/** The interceptor on the clock of the run, asked as AgentCore Gateway asks. */
function anInterceptor(): (kind: 'mcp' | 'http', token: string) => Promise<number> {
  const now = (): number => Math.floor(deployment.run.clock.now() / 1000);
  const judge = tokenJudge({ issuer: client.issuer, now });
  const handler = interceptorHandler({ judge, audit: () => undefined });
  return async (kind, token) => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const gatewayRequest = {
      path: '/mcp',
      httpMethod: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body,
    };
    const output = (await handler(
      { interceptorInputVersion: '1.0', [kind]: { gatewayRequest } },
      {},
    )) as Readonly<Record<string, Readonly<Record<string, { readonly statusCode?: number }>>>>;
    return output[kind]?.['transformedGatewayResponse']?.statusCode ?? 200;
  };
}

describe('an AgentCore Gateway with the revocation interceptor', () => {
  verifies(
    'vestibule:interceptor',
    'refuses a revoked token and those of a stopped agent within thirty seconds, for both kinds of targets',
    async () => {
      const intercept = anInterceptor();
      const [token, other] = [await newToken(), await newToken()];
      const both = async (presented: string) => [
        await intercept('mcp', presented),
        await intercept('http', presented),
      ];
      expect(await both(token)).toEqual([200, 200]);
      const body = new URLSearchParams({ token });
      await client.send('/revoke', { method: 'POST', body, headers: planner });
      deployment.run.clock.advance(29);
      expect([await both(token), await both(other)]).toEqual([
        [401, 401],
        [200, 200],
      ]);
      await client.admin('POST', 'agents/planner/disable');
      deployment.run.clock.advance(29);
      expect(await both(other)).toEqual([401, 401]);
      await client.admin('POST', 'agents/planner/enable');
      deployment.run.clock.advance(29);
      expect(await both(other)).toEqual([200, 200]);
    },
    60_000,
  );
});
