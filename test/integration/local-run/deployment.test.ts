import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VestibuleConfig } from '../../../lib/index.ts';
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

/** More than the inline policies of one role can name: CDK moves the rest into managed policies. */
const sixtyClients: VestibuleConfig = {
  resources: [{ id: 'wiki', uri: 'https://wiki.example.com/mcp', name: 'Wiki', scopes: { read: 'Read' } }],
  agents: [{ id: 'reader', owner: 'wiki@example.com', scopes: { wiki: { required: ['read'] } } }],
  clients: Array.from({ length: 60 }, (_, number) => ({
    id: `reader-${number}`,
    agent: 'reader',
    authentication: { method: 'client_secret_post' },
  })),
};

it('runs a config of more clients than one policy can name', async () => {
  const { run, secretOf, stop } = await startDeployment({ config: sixtyClients });
  const { status } = await fetch(run.outputs['TokenEndpoint']!, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'reader-59',
      client_secret: await secretOf('reader-59'),
    }),
  });
  await stop();
  expect(status).toBe(200);
}, 180_000);
