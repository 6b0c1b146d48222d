import { afterAll, beforeAll, describe, expect } from 'vitest';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive } from '../support/driver.ts';
import { publicApp, type Registering, registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

const hour = 3_600;

let deployment: TestDeployment;
let operator: Driver;
let clients: Registering;

beforeAll(async () => {
  deployment = await startDeployment({
    config: { ...exampleConfig, registration: { mode: 'approval', unusedHours: 10 } },
  });
  operator = drive(deployment);
  clients = registering(operator);
});

afterAll(() => deployment.stop());

async function registered(name: string): Promise<string> {
  return String((await clients.register(publicApp(name))).body['client_id']);
}

async function turn(id: string, what: 'enable' | 'disable'): Promise<void> {
  expect((await operator.admin('POST', `clients/${id}/${what}`)).status).toBe(200);
}

/** Whether it is known an hour less than `hours` from now, and after them: the hours are over when this is. */
async function isKnownForHours(id: string, hours: number): Promise<readonly boolean[]> {
  deployment.run.clock.advance((hours - 1) * hour);
  const before = await clients.isKnown(id);
  deployment.run.clock.advance(hour);
  return [before, await clients.isKnown(id)];
}

describe('a client that registered itself and that an operator enables', () => {
  verifies(
    'vestibule:enabled-clients-live',
    'has as long from then on to be used as one that registers now',
    async () => {
      const id = await registered('Late');
      deployment.run.clock.advance(9 * hour);
      await turn(id, 'enable');
      expect(await isKnownForHours(id, 10)).toEqual([true, false]);
    },
  );

  verifies(
    'vestibule:enabled-clients-live',
    'is known again though its life was over, however it had ended',
    async () => {
      const [waiting, stopped] = [await registered('Waiting'), await registered('Stopped')];
      await turn(stopped, 'disable');
      deployment.run.clock.advance(10 * hour);
      await turn(waiting, 'enable');
      expect(await isKnownForHours(waiting, 10)).toEqual([true, false]);
      // Enabled already, and not used in time.
      await turn(waiting, 'enable');
      expect(await isKnownForHours(waiting, 10)).toEqual([true, false]);
      deployment.run.clock.advance(30 * 24 * hour);
      await turn(stopped, 'enable');
      expect(await isKnownForHours(stopped, 5)).toEqual([true, true]);
      await turn(stopped, 'enable');
      expect(await isKnownForHours(stopped, 5)).toEqual([true, false]);
    },
  );
});
