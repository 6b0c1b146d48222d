import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { basic, type Driver, drive } from '../../spec/support/driver.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import type { Count, CountedOperation } from './counted.ts';

/** An agent, and an API elsewhere that it calls by the deployment's own key. */
export interface EgressHouse {
  readonly deployment: TestDeployment;
  readonly client: Driver;
  /** Of the third party itself. */
  readonly origin: string;
  /** Asks for a token for the proxy. */
  readonly ask: () => ReturnType<Driver['token']>;
  /** Calls the third party through the proxy. */
  readonly call: (token: string) => ReturnType<Driver['send']>;
  readonly stop: () => Promise<void>;
}

const answer = JSON.stringify({ items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}` })) });

export async function startEgressHouse(): Promise<EgressHouse> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const deployment = await startDeployment({ config: configOf(origin) });
  const client = drive(deployment);
  const asAgent = basic('collector-client', await deployment.secretOf('collector-client'));
  const resource = `${deployment.issuer}/egress/catalogue`;
  return {
    ...{ deployment, client, origin },
    ask: () => client.token({ grant_type: 'client_credentials', resource }, asAgent),
    call: (token) =>
      client.send('/egress/catalogue/items', { headers: { authorization: `Bearer ${token}` } }),
    stop: async () => {
      await deployment.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configOf(origin: string): VestibuleConfig {
  return {
    profile: 'dev',
    resources: [],
    agents: [
      { id: 'collector', owner: 'team@example.com', scopes: { catalogue: { required: ['items:read'] } } },
    ],
    clients: [
      { id: 'collector-client', agent: 'collector', authentication: { method: 'client_secret_basic' } },
    ],
    egress: {
      providers: [
        {
          ...{ id: 'catalogue', name: 'Catalogue' },
          credential: { kind: 'api_key', place: 'header', name: 'x-api-key' },
          api: { origins: [origin] },
          scopes: { 'items:read': { description: 'See items', rules: ['GET /items'] } },
        },
      ],
    },
  };
}

/** What a token for the proxy needs, and each call through it. */
export async function countEgress(
  counterOf: (deployment: TestDeployment) => Count,
): Promise<readonly CountedOperation[]> {
  const house = await startEgressHouse();
  try {
    const { client, deployment, ask, call } = house;
    const count = counterOf(deployment);
    const token = String((await ask()).body['access_token']);
    await call(token);
    const behind = { function: 'Connections', answered: () => 0 };
    const counted: CountedOperation[] = [];
    for (const state of ['stale', 'warm'] as const) {
      if (state === 'stale') client.letCachesExpire();
      counted.push(await count({ name: 'token for the proxy', function: 'Token', state, behind }, ask));
    }
    for (const state of ['stale', 'warm'] as const) {
      if (state === 'stale') client.letCachesExpire();
      const operation = { name: 'call through the proxy', function: 'Egress', state };
      counted.push(await count(operation, () => call(token)));
    }
    return counted;
  } finally {
    await house.stop();
  }
}
