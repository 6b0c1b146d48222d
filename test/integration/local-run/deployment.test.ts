import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';

let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await startDeployment();
});
afterAll(() => deployment.stop());

it('runs the synthesized app: an agent of its config gets a token in the same run', async () => {
  const { issuer, run, secretOf } = deployment;
  expect(run.outputs['IssuerUrl']).toBe(issuer);
  const response = await fetch(run.outputs['TokenEndpoint']!, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'analyst-client',
      client_secret: await secretOf('analyst-client'),
    }),
  });
  expect(response.status).toBe(200);
  expect(deployment.log.filter((line) => line.includes('DENIED'))).toEqual([]);
});

it('knows which of the granted actions it has used', () => {
  const { grantedActions, usedActions } = deployment.run;
  const granted = new Set(grantedActions.map(({ role, action }) => `${role} ${action}`));
  expect(usedActions().length).toBeGreaterThan(5);
  expect(usedActions().filter(({ role, action }) => !granted.has(`${role} ${action}`))).toEqual([]);
});
