import { afterAll, beforeAll, describe, expect } from 'vitest';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { drive } from '../support/driver.ts';
import { publicApp, type Registering, registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let clients: Registering;

beforeAll(async () => {
  deployment = await startDeployment({
    config: { ...exampleConfig, registration: { perAddress: { perSecond: 1, burst: 20 } } },
  });
  clients = registering(drive(deployment));
});

afterAll(() => deployment.stop());

describe('an address that registers client after client', () => {
  verifies(
    'vestibule:registration-limit',
    'is told to wait, while what is registered already is found from there as ever',
    async () => {
      const hosted = await clients.register(publicApp('Hosted'));
      expect(hosted.status).toBe(201);
      const crowd = await Promise.all(
        Array.from({ length: 300 }, (_, at) => clients.register(publicApp(`New ${at}`))),
      );
      const refused = crowd.filter(({ status }) => status === 429);
      expect(crowd.filter(({ status }) => status === 201)).toHaveLength(crowd.length - refused.length);
      expect(refused.length).toBeGreaterThan(0);
      for (const { headers, body } of refused) {
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(headers.get('access-control-allow-origin')).toBe('*');
        expect(body['error']).toBe('too_many_requests');
        expect(body['error_description']).toMatch(
          /^too many new clients from this address; register once and keep the client_id, and try again in \d+ s$/,
        );
      }
      const found = await Promise.all(
        Array.from({ length: 100 }, () => clients.register(publicApp('Hosted'))),
      );
      expect(new Set(found.map(({ status, text }) => `${status} ${text}`))).toEqual(
        new Set([`201 ${hosted.text}`]),
      );
    },
  );
});
