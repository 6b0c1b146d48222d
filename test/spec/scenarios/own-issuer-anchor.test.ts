import { afterAll, beforeAll, describe, expect } from 'vitest';
import { config as example } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { freePortBlock } from '../../support/free-ports.ts';
import { type Answer, basic, drive } from '../support/driver.ts';
import { jwtBearer } from '../support/federated-office.ts';
import { keysAt, startTrustedIssuer, type TrustedIssuer } from '../support/trusted-issuer.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let impostor: TrustedIssuer;

beforeAll(async () => {
  const port = await freePortBlock();
  const keys = await freePortBlock();
  const own = `http://localhost:${port}`;
  // Synth knows no issuer where the config names none, and cannot see whose name this is.
  const mirror = { issuer: own, jwksUri: keysAt(keys) };
  deployment = await startDeployment({
    port,
    config: {
      ...example,
      clients: [
        ...example.clients,
        { id: 'chat', name: 'Chat', grants: [jwtBearer], authentication: { method: 'client_secret_basic' } },
      ],
      trustAnchors: [
        {
          ...mirror,
          id: 'mirror',
          accepts: ['workload', 'id_jag'],
          grants: [{ resource: 'demo', scopes: ['tools:read'] }],
        },
      ],
      workloads: [{ anchor: 'mirror', claims: { sub: 'planner' }, agent: 'planner' }],
    },
  });
  impostor = await startTrustedIssuer({
    ...{ port: keys, issuer: own, now: () => deployment.run.clock.now() / 1_000 },
    claims: { sub: 'planner', aud: own, client_id: 'chat' },
  });
});

afterAll(async () => {
  await impostor.stop();
  await deployment.stop();
});

const present = (assertion: string, headers = {}): Promise<Answer> =>
  drive(deployment).token({ grant_type: jwtBearer, assertion }, headers);

describe('a trust anchor by the name of this deployment', () => {
  verifies('vestibule:workload-own-issuer', 'makes nobody an agent', async () => {
    const answer = await present(await impostor.token());
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(impostor.fetches()).toBe(0);
  });

  verifies('EMA-2', 'vouches for nobody: its keys are not even asked for', async () => {
    const idJag = await impostor.token({ header: { typ: 'oauth-id-jag+jwt' } });
    const answer = await present(idJag, basic('chat', await deployment.secretOf('chat')));
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(impostor.fetches()).toBe(0);
  });
});
