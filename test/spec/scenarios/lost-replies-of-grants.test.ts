import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive } from '../support/driver.ts';
import { type GrantedCode, type Granting, grantingAt } from '../support/granted.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let granting: Granting;
let demo: string;

const app = 'desk-app';

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  granting = grantingAt(deployment, client);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
  await client.register('clients', {
    ...{ client_id: app, client_name: 'Desk', redirect_uris: ['http://127.0.0.1/callback'] },
    token_endpoint_auth_method: 'none',
  });
});

afterEach(() => {
  deployment.run.cloud.faults.clear();
});

afterAll(async () => {
  granting.stop();
  await deployment.stop();
});

const strike = (fault: string): void => {
  deployment.run.cloud.faults.add(fault);
};
const newCode = (): Promise<GrantedCode> => granting.code({ clientId: app, resource: demo });

async function newRefreshToken(): Promise<string> {
  return String((await granting.redeem(await newCode(), app)).body['refresh_token']);
}

describe('a reply of AWS that is lost', () => {
  verifies('vestibule:lost-reply-spares-families', 'is nothing to an honest client', async () => {
    for (const call of ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'kms:Sign']) {
      const [granted, refreshToken] = [await newCode(), await newRefreshToken()];
      strike(`${call}~Token=timeout@1`);
      const redeemed = await granting.redeem(granted, app);
      expect([call, redeemed.status]).toEqual([call, 200]);
      deployment.run.cloud.faults.clear();
      strike(`${call}~Token=timeout@1`);
      const refreshed = await granting.refresh(refreshToken, app);
      expect([call, refreshed.status]).toEqual([call, 200]);
      deployment.run.cloud.faults.clear();
      for (const { body } of [redeemed, refreshed]) {
        expect((await granting.refresh(body['refresh_token'], app)).status).toBe(200);
      }
    }
  });

  verifies(
    'vestibule:lost-reply-spares-families',
    'each time it is tried, costs a refresh nothing but another request',
    async () => {
      const first = await newRefreshToken();
      strike('dynamodb:UpdateItem~Token=timeout@1-3');
      const lost = await granting.refresh(first, app);
      expect(lost).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
      expect(lost.headers.get('retry-after')).toMatch(/^\d+$/);
      deployment.run.cloud.faults.clear();
      const again = await granting.refresh(first, app);
      expect(again.status).toBe(200);
      expect((await granting.refresh(again.body['refresh_token'], app)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:lost-reply-spares-families',
    'with the function that waited for it ends no family',
    async () => {
      const first = await newRefreshToken();
      strike('dynamodb:UpdateItem~Token=crash@1');
      await granting.refresh(first, app);
      deployment.run.cloud.faults.clear();
      expect((await granting.refresh(first, app)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:lost-reply-spares-families',
    'is not given by a KMS that is down: neither code nor refresh token is used up',
    async () => {
      const [granted, refreshToken] = [await newCode(), await newRefreshToken()];
      strike('kms:Sign=down@*');
      expect((await granting.redeem(granted, app)).status).toBe(503);
      expect((await granting.refresh(refreshToken, app)).status).toBe(503);
      deployment.run.cloud.faults.clear();
      expect((await granting.redeem(granted, app)).status).toBe(200);
      expect((await granting.refresh(refreshToken, app)).status).toBe(200);
    },
  );
});
