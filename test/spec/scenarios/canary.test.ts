import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect } from 'vitest';

import { bundleDirectory } from '../../../lib/bundling/bundles.ts';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

interface Run {
  readonly status: number;
  readonly said: string;
}

let deployment: TestDeployment;
let client: Driver;
let environment: Readonly<Record<string, string>>;
const clientId = 'vestibule-canary-client';

beforeAll(async () => {
  deployment = await startDeployment({ config: { ...exampleConfig, canary: true } });
  client = drive(deployment);
  const { run, operator } = deployment;
  const canary = run.resources.find(({ type }) => type === 'AWS::Synthetics::Canary');
  const { EnvironmentVariables } = canary?.properties['RunConfig'] as {
    readonly EnvironmentVariables: Readonly<Record<string, string>>;
  };
  environment = { ...run.cloud.environmentOf(operator, 'canary'), ...EnvironmentVariables };
});

afterAll(async () => {
  await deployment.stop();
});

/** The script of the deployment, run as Synthetics runs it: the environment of the template, and nothing else. */
function runCanary(changed: Readonly<Record<string, string>> = {}): Promise<Run> {
  const index = join(bundleDirectory('canary'), 'index.js');
  const script = `require(${JSON.stringify(index)}).handler().catch((error) => { console.error(error); process.exit(1); })`;
  return new Promise((resolve) => {
    const env = { ...environment, ...changed };
    execFile(process.execPath, ['-e', script], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : 1, said: stdout + stderr });
    });
  });
}

describe('the canary', () => {
  verifies('vestibule:canary', 'is content with a deployment that issues tokens', async () => {
    expect(await runCanary()).toEqual({ status: 0, said: '' });
    const issued = deployment.log.filter(
      (line) => line.includes('"token_issued"') && line.includes(clientId),
    );
    expect(issued).toHaveLength(1);
  });

  verifies(
    'vestibule:canary',
    'names the step that fails, and says no secret',
    async () => {
      const { faults } = deployment.run.cloud;
      client.letCachesExpire();
      faults.add('kms:Sign=down@*');
      const unsigned = await runCanary();
      faults.clear();
      expect(unsigned.said).toContain('canary failed at token: 503 temporarily_unavailable');
      expect((await client.admin('POST', `clients/${clientId}/disable`)).status).toBe(200);
      client.letCachesExpire();
      const disabled = await runCanary();
      expect(disabled.said).toContain('canary failed at token: 401 invalid_client: the client is disabled');
      expect((await client.admin('POST', `clients/${clientId}/enable`)).status).toBe(200);
      client.letCachesExpire();
      const elsewhere = await runCanary({ ISSUER: `${client.issuer}/elsewhere` });
      expect(elsewhere.said).toContain('canary failed at metadata: 404');
      const nobody = await runCanary({ ISSUER: 'http://localhost:1' });
      expect(nobody.said).toContain('canary failed at metadata:');
      const other = await runCanary({ RESOURCE: 'https://other.example.com' });
      expect(other.said).toContain('canary failed at token: 400 invalid_target');
      const secret = await deployment.secretOf(clientId);
      for (const { status, said } of [unsigned, disabled, elsewhere, nobody, other]) {
        expect(status).toBe(1);
        expect(said).not.toContain(secret);
      }
    },
    120_000,
  );
});
