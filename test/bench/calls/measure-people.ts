import { type Answer, type Driver, drive } from '../../spec/support/driver.ts';
import { grantingAt } from '../../spec/support/granted.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import type { Count, CountedOperation } from './counted.ts';

const [clientId, redirect] = ['desk', 'http://127.0.0.1/callback'];

/**
 * What a client that people use needs for their tokens: the token function alone, for grants that nobody has to ask an
 * identity provider about.
 */
export async function countPeople(
  deployment: TestDeployment,
  resource: string,
  count: Count,
): Promise<readonly CountedOperation[]> {
  const client = drive(deployment);
  await client.register('clients', {
    ...{ client_id: clientId, client_name: 'Desk', redirect_uris: [redirect] },
    token_endpoint_auth_method: 'none',
  });
  const granting = grantingAt(deployment, client);
  const wish = { clientId, resource, scope: ['search:read'] };
  const counted: CountedOperation[] = [];
  const inEachState = async (name: string, prepare: () => Promise<() => Promise<Answer>>): Promise<void> => {
    for (const state of ['cold instance', 'stale', 'warm'] as const) {
      const request = await prepare();
      if (state === 'cold instance') await forgetInstance(deployment, client);
      if (state === 'stale') client.letCachesExpire();
      counted.push(await count({ name, state, function: 'Token', bySigning: true }, request));
    }
  };
  try {
    await inEachState('authorization_code', async () => {
      const granted = await granting.code(wish);
      return () => granting.redeem(granted, clientId, { resource });
    });
    await inEachState('authorization_code, openid', async () => {
      const granted = await granting.code({ ...wish, scope: ['openid', 'search:read'] });
      return () => granting.redeem(granted, clientId, { resource });
    });
    await inEachState('refresh_token', async () => {
      const { body } = await granting.redeem(await granting.code(wish), clientId, { resource });
      return () => granting.refresh(body['refresh_token'], clientId, { resource });
    });
  } finally {
    granting.stop();
  }
  return counted;
}

/** Lets the token function begin anew. */
async function forgetInstance({ run }: TestDeployment, client: Driver): Promise<void> {
  client.letCachesExpire();
  run.cloud.faults.add('dynamodb:BatchGetItem~Token=crash@1');
  await client.token({ grant_type: 'refresh_token', client_id: clientId, refresh_token: 'none' });
  run.cloud.faults.clear();
}
