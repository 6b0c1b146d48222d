import type { VestibuleConfig } from '../../../lib/index.ts';
import { type Answer, basic, drive } from '../../spec/support/driver.ts';
import { grantingAt } from '../../spec/support/granted.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import type { Count, CountedOperation } from './counted.ts';

const [clientId, redirect, planner] = [
  'desk',
  'http://127.0.0.1/callback',
  'https://mcp.example.com/planner',
];

/** People call an agent, which uses a resource in their name. */
export function withExchanges(config: VestibuleConfig): VestibuleConfig {
  return {
    ...config,
    resources: [
      ...config.resources,
      {
        ...{ id: 'planner-agent', uri: planner, kind: 'agent', agent: 'planner', name: 'Planner' },
        scopes: { plan: 'Plan' },
      },
    ],
    agents: config.agents.map((agent) => ({
      ...agent,
      onBehalfOf: { search: { scopes: { 'search:read': ['plan'] } } },
    })),
    identityProviders: [{ id: 'demo', issuer: 'https://idp.example.com', clientId: 'vestibule' }],
    roles: [
      {
        id: 'everyone',
        groups: 'everyone',
        scopes: { search: ['search:read'], 'planner-agent': ['plan'] },
      },
    ],
  };
}

/** The request by which the agent goes on in the name of a person who called it, as long as their token lasts. */
export async function exchangeForm(
  deployment: TestDeployment,
  resource: string,
): Promise<Readonly<Record<string, string>>> {
  const client = drive(deployment);
  await client.register('clients', {
    ...{ client_id: clientId, client_name: 'Desk', redirect_uris: [redirect] },
    token_endpoint_auth_method: 'none',
  });
  const granting = grantingAt(deployment, client);
  try {
    const granted = await granting.code({ clientId, resource: planner, scope: ['plan'] });
    const { body } = await granting.redeem(granted, clientId, { resource: planner });
    return exchangeOf(String(body['access_token']), resource);
  } finally {
    granting.stop();
  }
}

export function exchangeOf(subject: string, resource: string): Readonly<Record<string, string>> {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: subject,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    resource,
  };
}

/** What an agent needs to go on in the name of the person who called it. */
export async function countExchanges(
  deployment: TestDeployment,
  { resource, agent }: Readonly<Record<'resource' | 'agent', string>>,
  count: Count,
): Promise<readonly CountedOperation[]> {
  const client = drive(deployment);
  const asAgent = basic(agent, await deployment.secretOf(agent));
  const form = await exchangeForm(deployment, resource);
  const request = (): Promise<Answer> => client.token(form, asAgent);
  const counted: CountedOperation[] = [];
  const operation = { name: 'token exchange', function: 'Token', bySigning: true } as const;
  client.letCachesExpire();
  deployment.run.cloud.faults.add('dynamodb:BatchGetItem~Token=crash@1');
  await request();
  deployment.run.cloud.faults.clear();
  counted.push(await count({ ...operation, state: 'cold instance' }, request));
  client.letCachesExpire();
  counted.push(await count({ ...operation, state: 'stale' }, request));
  counted.push(await count({ ...operation, state: 'warm' }, request));
  return counted;
}
