import { afterAll, beforeAll, describe, expect } from 'vitest';

import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { signedCallerRequest } from '../support/signed-caller-request.ts';
import { verifies } from '../verifies.ts';

const role = 'arn:aws:iam::000000000000:role/path/of/signer';
const type = 'urn:vestibule:params:client-assertion-type:aws-caller-identity';
let deployment: TestDeployment;
let client: Driver;

beforeAll(async () => {
  deployment = await startDeployment({ config: { ...exampleConfig, awsCallerIdentity: true } });
  client = drive(deployment);
  await registerSigner(client);
});

afterAll(async () => {
  await deployment.stop();
});

function registerSigner(driver: Driver): Promise<unknown> {
  return driver.register('clients', {
    ...{ client_id: 'signer', agent_id: 'analyst', token_endpoint_auth_method: 'aws_caller_identity' },
    aws: { role },
  });
}

interface Signed {
  readonly as?: string;
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly age?: number;
  readonly body?: string;
}

function sign({ as = role, age = 0, headers, endpoint, ...more }: Signed = {}, run = deployment.run) {
  return signedCallerRequest({
    credentials: run.cloud.principalFor(as, []),
    endpoint: endpoint ?? run.cloud.endpoint,
    headers: headers ?? { 'X-Vestibule-Issuer': run.issuer },
    at: new Date(run.clock.now() - age * 1_000),
    ...more,
  });
}

function present(request: object, form: Readonly<Record<string, string>> = {}, to = client): Promise<Answer> {
  return to.token({
    ...{ grant_type: 'client_credentials', client_id: 'signer', client_assertion_type: type },
    client_assertion: Buffer.from(JSON.stringify(request)).toString('base64url'),
    ...form,
  });
}

async function refusalOf(request: object, form = {}): Promise<unknown> {
  const { status, body } = await present(request, form);
  expect([status, body['error']]).toEqual([401, 'invalid_client']);
  return body['error_description'];
}

describe('a request to AWS that a role signed', () => {
  verifies(
    ['vestibule:aws-signed-request', 'vestibule:aws-signed-request-for-us'],
    'proves the client of that role, once, though 200 present it',
    async () => {
      const request = await sign();
      const answers = await Promise.all(Array.from({ length: 200 }, () => present(request)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(new Set(statuses)).toEqual(new Set([200, 401]));
    },
    60_000,
  );

  verifies('vestibule:aws-signed-request', 'proves no other role, and no other client', async () => {
    expect(await refusalOf(await sign({ as: 'arn:aws:iam::000000000000:role/other' }))).toMatch(
      /another IAM role/,
    );
    for (const client_id of ['night-reporter', 'planner-client', 'nobody', '']) {
      expect(await refusalOf(await sign(), { client_id })).toMatch(
        /no such client proves itself by a signed request/,
      );
    }
    const forged = await sign();
    const broken = { ...forged, headers: { ...forged.headers, 'x-amz-date': '20260101T000000Z' } };
    expect(await refusalOf(broken)).toMatch(/within the last 60 seconds/);
  });

  verifies(
    'vestibule:aws-signed-request-for-us',
    'is made for this issuer, now, and for nothing else',
    async () => {
      expect(await refusalOf(await sign({ headers: {} }))).toMatch(
        /x-vestibule-issuer among its SignedHeaders/,
      );
      const unsigned = await sign({ headers: {} });
      const added = { ...unsigned, headers: { ...unsigned.headers, 'x-vestibule-issuer': client.issuer } };
      expect(await refusalOf(added)).toMatch(/x-vestibule-issuer among its SignedHeaders/);
      const elsewhere = { 'x-vestibule-issuer': 'https://other.example.com' };
      expect(await refusalOf(await sign({ headers: elsewhere }))).toMatch(/must have the issuer/);
      expect(await refusalOf(await sign({ age: 61 }))).toMatch(/within the last 60 seconds/);
      expect(await refusalOf(await sign({ age: -40 }))).toMatch(/within the last 60 seconds/);
      const other = await sign({ body: 'Action=GetWebIdentityToken&Version=2011-06-15' });
      expect(await refusalOf(other)).toMatch(/AWS does not take its signature/);
      const tampered = await sign();
      const authorization = tampered.headers['authorization']!.replace(/.$/, (last) =>
        last === '0' ? '1' : '0',
      );
      const headers = { ...tampered.headers, authorization };
      expect(await refusalOf({ ...tampered, headers })).toMatch(/AWS does not take its signature/);
    },
  );

  verifies('vestibule:aws-signed-request-for-us', 'goes to no host but STS', async () => {
    for (const endpoint of [
      'https://sts.us-east-1.amazonaws.com.example.com',
      'https://sts.eu-west-1.amazonaws.com',
      'https://sts.amazonaws.com',
      'https://sts.us-east-1.amazonaws.com:8443',
      'http://169.254.169.254',
      'http://sts.us-east-1.amazonaws.com',
    ]) {
      expect([endpoint, await refusalOf(await sign({ endpoint }))]).toEqual([
        endpoint,
        expect.stringMatching(/must be for https:\/\/sts/),
      ]);
    }
  });

  verifies('vestibule:aws-signed-request-for-us', 'is the JSON of a request, and no more', async () => {
    const signed = await sign();
    for (const request of [
      {},
      [],
      { ...signed, method: 'GET' },
      { ...signed, url: 7 },
      { ...signed, headers: 7 },
    ]) {
      expect(await refusalOf(request)).toMatch(/base64url of the JSON/);
    }
    const unsigned = { ...signed, headers: { ...signed.headers, 'x-forwarded-for': '10.0.0.1' } };
    expect(await refusalOf(unsigned)).toMatch(/signed headers only/);
    expect(await refusalOf({ ...signed, headers: { host: 'x' } })).toMatch(/Signature Version 4/);
  });

  verifies(
    'vestibule:aws-signed-request-dependency',
    'waits while AWS cannot be asked, and is then still good',
    async () => {
      const request = await sign();
      for (const fault of ['sts:GetCallerIdentity=down@*', 'sts:GetCallerIdentity=throttle@*']) {
        deployment.run.cloud.faults.add(fault);
        const { status, headers } = await present(request);
        deployment.run.cloud.faults.clear();
        expect([fault, status, headers.has('retry-after')]).toEqual([fault, 503, true]);
      }
      expect((await present(request)).status).toBe(200);
    },
  );

  verifies(
    'vestibule:aws-signed-request-dependency',
    'counts against its address while AWS cannot be asked, so that nobody has us ask without end',
    async () => {
      const limits = { perAddress: { perSecond: 1, burst: 1 } };
      const strict = await startDeployment({ config: { ...exampleConfig, awsCallerIdentity: true, limits } });
      try {
        const driver = drive(strict);
        await registerSigner(driver);
        strict.run.cloud.faults.add('sts:GetCallerIdentity=down@*');
        const request = await sign({}, strict.run);
        const statuses: number[] = [];
        for (let nth = 0; nth < 12; nth += 1) statuses.push((await present(request, {}, driver)).status);
        expect(statuses[0]).toBe(503);
        expect(new Set(statuses)).toEqual(new Set([503, 429]));
      } finally {
        await strict.stop();
      }
    },
  );

  verifies(
    'vestibule:aws-signed-request',
    'means nothing to a deployment that does not accept it',
    async () => {
      const strict = await startDeployment();
      try {
        const driver = drive(strict);
        await registerSigner(driver);
        const { status, body } = await present(await sign({}, strict.run), {}, driver);
        expect([status, body['error']]).toEqual([401, 'invalid_client']);
        expect(body['error_description']).toBe('the client_assertion_type is not supported');
      } finally {
        await strict.stop();
      }
    },
  );
});
