import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { verifies } from '../verifies.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});

afterEach(() => {
  desk.deployment.run.cloud.faults.clear();
});

afterAll(() => desk.close());

const strike = (fault: string): void => {
  desk.deployment.run.cloud.faults.add(fault);
};

async function newRefreshToken(): Promise<string> {
  return String((await desk.redeem(await desk.newCode(), app)).body['refresh_token']);
}

describe('a reply of AWS that is lost', () => {
  verifies('vestibule:lost-reply-spares-families', 'is nothing to an honest client', async () => {
    for (const call of ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'kms:Sign']) {
      const [granted, refreshToken] = [await desk.newCode(), await newRefreshToken()];
      strike(`${call}~Token=timeout@1`);
      const redeemed = await desk.redeem(granted, app);
      expect([call, redeemed.status]).toEqual([call, 200]);
      desk.deployment.run.cloud.faults.clear();
      strike(`${call}~Token=timeout@1`);
      const refreshed = await desk.refresh(refreshToken, app);
      expect([call, refreshed.status]).toEqual([call, 200]);
      desk.deployment.run.cloud.faults.clear();
      for (const { body } of [redeemed, refreshed]) {
        expect((await desk.refresh(body['refresh_token'], app)).status).toBe(200);
      }
    }
  });

  verifies(
    'vestibule:lost-reply-spares-families',
    'each time it is tried, costs a refresh nothing but another request',
    async () => {
      const first = await newRefreshToken();
      strike('dynamodb:UpdateItem~Token=timeout@1-3');
      const lost = await desk.refresh(first, app);
      expect(lost).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
      expect(lost.headers.get('retry-after')).toMatch(/^\d+$/);
      desk.deployment.run.cloud.faults.clear();
      const again = await desk.refresh(first, app);
      expect(again.status).toBe(200);
      expect((await desk.refresh(again.body['refresh_token'], app)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:lost-reply-spares-families',
    'with the function that waited for it ends no family',
    async () => {
      const first = await newRefreshToken();
      strike('dynamodb:UpdateItem~Token=crash@1');
      await desk.refresh(first, app);
      desk.deployment.run.cloud.faults.clear();
      expect((await desk.refresh(first, app)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:lost-reply-spares-families',
    'is not given by a KMS that is down: neither code nor refresh token is used up',
    async () => {
      const [granted, refreshToken] = [await desk.newCode(), await newRefreshToken()];
      strike('kms:Sign=down@*');
      expect((await desk.redeem(granted, app)).status).toBe(503);
      expect((await desk.refresh(refreshToken, app)).status).toBe(503);
      desk.deployment.run.cloud.faults.clear();
      expect((await desk.redeem(granted, app)).status).toBe(200);
      expect((await desk.refresh(refreshToken, app)).status).toBe(200);
    },
  );
});
