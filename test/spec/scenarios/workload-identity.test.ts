import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { runAsRole } from '../support/agent-role.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

const reporter = 'arn:aws:iam::000000000000:role/agents/night-reporter';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
let deployment: TestDeployment;
let client: Driver;
let demo: string;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

function present(token: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return client.token({
    grant_type: 'client_credentials',
    client_assertion_type: assertionType,
    client_assertion: token,
    ...form,
  });
}

/** A client that is an AWS role of the deployment's own account. */
function newRoleClient(client_id: string, aws: object): Promise<unknown> {
  const issuer = deployment.run.cloud.identityIssuer;
  return client.register('clients', {
    ...{ client_id, agent_id: 'planner', token_endpoint_auth_method: 'aws_iam_jwt', aws: { issuer, ...aws } },
  });
}

describe('an agent that runs under an AWS role', () => {
  verifies(
    ['vestibule:aws-role-without-a-secret', 'vestibule:aws-algorithms'],
    'gets tokens for what AWS says of it, be it signed with ES384 or with RS256',
    async () => {
      const ask = runAsRole(deployment.run, reporter);
      for (const SigningAlgorithm of ['ES384', 'RS256']) {
        const token = await ask({ Audience: [client.issuer], SigningAlgorithm });
        expect(decodeProtectedHeader(token).alg).toBe(SigningAlgorithm);
        const { status, body } = await present(token, { resource: demo });
        expect([SigningAlgorithm, status]).toEqual([SigningAlgorithm, 200]);
        expect(decodeJwt(String(body['access_token']))).toMatchObject({
          ...{ sub: 'night-reporter', client_id: 'night-reporter', agent_id: 'analyst', aud: demo },
        });
      }
    },
  );

  verifies('vestibule:aws-algorithms', 'finds both algorithms in the metadata', async () => {
    const { body } = await client.get('/.well-known/oauth-authorization-server');
    for (const endpoint of ['token', 'introspection', 'revocation']) {
      expect(body[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual(
        expect.arrayContaining(['ES384', 'RS256']),
      );
      expect(body[`${endpoint}_endpoint_auth_methods_supported`]).not.toContain('aws_iam_jwt');
    }
  });

  verifies('vestibule:aws-audience', 'names the token endpoint as audience where it likes to', async () => {
    const ask = runAsRole(deployment.run, reporter);
    expect((await present(await ask({ Audience: [`${client.issuer}/token`] }))).status).toBe(200);
    for (const Audience of [['https://other.example.com'], [client.issuer, 'https://other.example.com']]) {
      const { status, body } = await present(await ask({ Audience }));
      expect([status, body['error']]).toEqual([401, 'invalid_client']);
    }
  });

  verifies(
    'vestibule:aws-most-specific-role',
    'is the client of its own ARN, else of its innermost registered path, else the one it names',
    async () => {
      const base = 'arn:aws:iam::000000000000:role';
      await newRoleClient('all-crews', { role: `${base}/crews/*` });
      await newRoleClient('night-crew', { role: `${base}/crews/night/*` });
      await newRoleClient('the-one', { role: `${base}/crews/night/one` });
      const clientOf = async (role: string, form = {}): Promise<unknown> => {
        const token = await runAsRole(deployment.run, role)({ Audience: [client.issuer] });
        const { body } = await present(token, { resource: demo, ...form });
        const issued = body['access_token'];
        return typeof issued === 'string' ? decodeJwt(issued)['client_id'] : body['error'];
      };
      expect(await clientOf(`${base}/crews/night/one`)).toBe('the-one');
      expect(await clientOf(`${base}/crews/night/two`)).toBe('night-crew');
      expect(await clientOf(`${base}/crews/day/a/b/c/d/e`)).toBe('all-crews');
      expect(await clientOf(`${base}/crews`)).toBe('invalid_client');
      expect(await clientOf(`${base}/crews-of-others/x`)).toBe('invalid_client');
      expect(await clientOf(`${base}/crews/night/one`, { client_id: 'all-crews' })).toBe('all-crews');
      expect(await clientOf(`${base}/crews/night/one`, { client_id: 'night-reporter' })).toBe(
        'invalid_client',
      );
    },
  );

  verifies('vestibule:aws-one-client-a-role', 'is one client', async () => {
    const role = 'arn:aws:iam::000000000000:role/only-once';
    const declaration = (client_id: string): object => ({
      ...{ client_id, agent_id: 'planner', token_endpoint_auth_method: 'aws_iam_jwt' },
      aws: { issuer: deployment.run.cloud.identityIssuer, role },
    });
    const answers = await Promise.all(
      ['first', 'second', 'third'].map((id) => client.admin('POST', 'clients', declaration(id))),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body['error_description']).toContain(role);
    const winner = answers.find(({ status }) => status === 201)?.body['client_id'];
    expect((await client.admin('DELETE', `clients/${String(winner)}`)).status).toBe(204);
    expect((await client.admin('POST', 'clients', declaration('fourth'))).status).toBe(201);
    expect((await client.admin('GET', 'clients/fourth')).body).toMatchObject({
      token_endpoint_auth_method: 'aws_iam_jwt',
      aws: { issuer: deployment.run.cloud.identityIssuer, role },
    });
    const moved = {
      ...declaration('fourth'),
      aws: { issuer: deployment.run.cloud.identityIssuer, role: `${role}-2` },
    };
    expect((await client.admin('PUT', 'clients/fourth', moved)).status).toBe(200);
    expect((await client.admin('POST', 'clients', declaration('fifth'))).status).toBe(201);
  });

  verifies('vestibule:aws-request-tags', 'is never who its own tags say it is', async () => {
    const role = 'arn:aws:iam::000000000000:role/tagged';
    await newRoleClient('tagged', { role, principal_tags: { team: 'data' } });
    const Audience = [client.issuer];
    const claimed = await runAsRole(
      deployment.run,
      role,
    )({ Audience, Tags: [{ Key: 'team', Value: 'data' }] });
    expect(decodeJwt(claimed)['https://sts.amazonaws.com/']).toMatchObject({
      request_tags: { team: 'data' },
    });
    const refused = await present(claimed, { resource: demo });
    expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_client']);
    expect(refused.body['error_description']).toContain('request_tags do not count');
    const tagged = await runAsRole(deployment.run, role, { tags: { team: 'data' } })({ Audience });
    expect((await present(tagged, { resource: demo })).status).toBe(200);
  });

  verifies(
    'vestibule:aws-single-use',
    'gets one token, though 250 requests present what AWS said at once',
    async () => {
      const token = await runAsRole(deployment.run, reporter)({ Audience: [client.issuer] });
      const answers = await Promise.all(Array.from({ length: 250 }, () => present(token)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(new Set(statuses.filter((status) => status !== 200))).toEqual(new Set([401]));
    },
    60_000,
  );

  verifies(
    'vestibule:aws-failed-dependency',
    'keeps its token of AWS while the store is throttled, and while no key can sign',
    async () => {
      const { faults } = deployment.run.cloud;
      const token = await runAsRole(deployment.run, reporter)({ Audience: [client.issuer] });
      for (const fault of ['dynamodb:PutItem=throttle@*', 'kms:Sign=down@*']) {
        faults.add(fault);
        const { status, headers } = await present(token);
        faults.clear();
        expect([fault, status, headers.has('retry-after')]).toEqual([fault, 503, true]);
      }
      expect((await present(token)).status).toBe(200);
    },
    60_000,
  );

  verifies(
    'vestibule:aws-at-every-endpoint',
    'revokes its tokens, and asks about tokens where it serves a resource',
    async () => {
      const role = 'arn:aws:iam::000000000000:role/mcp-server';
      const aws = { issuer: deployment.run.cloud.identityIssuer, role };
      const method = { token_endpoint_auth_method: 'aws_iam_jwt', aws };
      await client.register('clients', { client_id: 'role-server', resource: 'demo', ...method });
      const post = async (path: string, as: string, token: string): Promise<Answer> => {
        const client_assertion = await runAsRole(deployment.run, as)({ Audience: [client.issuer] });
        const form = { token, client_assertion_type: assertionType, client_assertion };
        return client.send(path, { method: 'POST', body: new URLSearchParams(form) });
      };
      const proof = await runAsRole(deployment.run, reporter)({ Audience: [client.issuer] });
      const token = String((await present(proof, { resource: demo })).body['access_token']);
      expect((await post('/introspect', role, token)).body).toMatchObject({ active: true });
      expect((await post('/revoke', reporter, token)).status).toBe(200);
      expect((await post('/introspect', role, token)).body).toEqual({ active: false });
    },
  );
});
