import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type AwsAccount, type AwsToken, startAwsAccount } from '../support/aws-account.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { newKeyClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

const lambdaArn = (name: string): string => `arn:aws:lambda:us-east-1:111122223333:function:${name}`;
let deployment: TestDeployment;
let client: Driver;
let account: AwsAccount;
const accounts: AwsAccount[] = [];

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  account = await newAccount();
  await bind('reporter', {});
});

afterAll(async () => {
  for (const each of accounts) await each.stop();
  await deployment.stop();
});

const now = (): number => deployment.run.clock.now() / 1_000;

async function newAccount(): Promise<AwsAccount> {
  const started = await startAwsAccount({ audience: client.issuer, now });
  accounts.push(started);
  return started;
}

/** Registers a client that is that role of the account. */
async function bind(role: string, aws: object, { issuer, roleNamed } = account): Promise<void> {
  await client.register('clients', {
    ...{ client_id: `role-${role.replace(/\W/g, '-')}`, agent_id: 'planner' },
    token_endpoint_auth_method: 'aws_iam_jwt',
    aws: { issuer, role: roleNamed(role), ...aws },
  });
}

function presentText(client_assertion: string, form: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return client.token({
    grant_type: 'client_credentials',
    resource: demo(),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
    ...form,
  });
}

const present = async (token: AwsToken = {}, form = {}): Promise<Answer> =>
  presentText(await account.token(token), form);

const demo = (): string => `http://localhost:9401/mcp`;

/** Whether it was accepted, or what a developer is told. */
async function outcome(token: AwsToken, form = {}): Promise<unknown> {
  const { status, body } = await present(token, form);
  if (status === 200) return 'granted';
  expect([status, body['error']]).toEqual([401, 'invalid_client']);
  return body['error_description'];
}

/** The reasons that the audit trail gives for the refusals since then. */
function reasonsSince(position: number): readonly unknown[] {
  const lines = deployment.log.slice(position).filter((line) => line.includes('"token_refused"'));
  return lines.map((line) => /"reason":"(\w+)"/.exec(line)?.[1]);
}

describe('a token of AWS', () => {
  verifies('vestibule:aws-times', 'is in its time, and an hour long at most', async () => {
    const at = Math.floor(now());
    expect(await outcome({ claims: { iat: at - 900, exp: at - 60 } })).toMatch(/is expired/);
    expect(await outcome({ claims: { iat: at + 120, exp: at + 300 } })).toMatch(/issued in the future/);
    expect(await outcome({ claims: { nbf: at + 120 } })).toMatch(/not valid yet/);
    expect(await outcome({ claims: { iat: at - 3_700, exp: at + 60 } })).toMatch(/3600 seconds at most/);
    expect(await outcome({ claims: { exp: at + 7_200 } })).toMatch(/within 3600 seconds/);
    expect(await outcome({ claims: { iat: undefined } })).toMatch(/must carry/);
    expect(await outcome({ claims: { exp: at + 3_600 } })).toBe('granted');
  });

  verifies(
    ['vestibule:aws-issuer'],
    'is of an issuer that is registered, and no other is ever asked for its keys',
    async () => {
      const stranger = await newAccount();
      const forged = await stranger.token({
        role: account.roleNamed('reporter'),
        said: { aws_account: account.id },
      });
      expect((await presentText(forged)).status).toBe(401);
      expect((await presentText(forged, { client_id: 'role-reporter' })).status).toBe(401);
      expect(stranger.fetches()).toBe(0);
    },
  );

  verifies('vestibule:aws-issuer', 'is of no host that looks like one of AWS', async () => {
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    for (const iss of [
      `https://${id}.tokens.sts.global.api.aws.example.com`,
      `https://${id}.tokens.sts.global.api.aws@example.com`,
      `https://example.com/${id}.tokens.sts.global.api.aws`,
      `https://${id}.tokens-sts.global.api.aws`,
      `https://evil.${id}.tokens.sts.global.api.aws`,
      `https://${id}.tokens.sts.global.api.aws:8443`,
      `https://${id}.tokens.sts.global.api.aws/`,
      `http://${id}.tokens.sts.global.api.aws`,
      'http://169.254.169.254',
    ]) {
      expect([iss, await outcome({ claims: { iss } })]).toEqual([
        iss,
        expect.stringMatching(/issuer of an AWS account/),
      ]);
      const declared = await client.admin('POST', 'clients', {
        ...{ client_id: 'look-alike', agent_id: 'planner', token_endpoint_auth_method: 'aws_iam_jwt' },
        aws: { issuer: iss, role: account.roleNamed('look-alike') },
      });
      expect([iss, declared.status, declared.body['field']]).toEqual([iss, 400, 'aws.issuer']);
    }
  });

  verifies(
    'vestibule:aws-algorithms',
    'is signed with a key of the type that its algorithm wants, by the account itself',
    async () => {
      expect(await outcome({ header: { kid: undefined } })).toBe('granted');
      const token = await account.token();
      const [, payload = ''] = token.split('.');
      const headed = (header: object): string => Buffer.from(JSON.stringify(header)).toString('base64url');
      const signature = token.split('.')[2] ?? '';
      for (const header of [
        { alg: 'RS256', kid: 'EC384_0' },
        { alg: 'ES256', kid: 'EC384_0' },
        { alg: 'PS256', kid: 'RSA_0' },
        { alg: 'HS256', kid: 'RSA_0' },
        { alg: 'none' },
      ]) {
        const { status } = await presentText(`${headed(header)}.${payload}.${signature}`);
        expect([header.alg, status]).toEqual([header.alg, 401]);
      }
      const { privateKey } = await generateKeyPair('ES384');
      expect(await outcome({ key: privateKey })).toMatch(/or its signature is wrong/);
    },
  );

  verifies('vestibule:aws-key-clients-unchanged', 'opens no way to ES384 for other clients', async () => {
    const keySet = { jwks_uri: `${account.issuer}/.well-known/jwks.json` };
    const id = await newKeyClient(client, 'keyed', [{ resource: demo(), required: ['tools:read'] }], keySet);
    const claims = { iss: id, sub: id };
    expect(await outcome({ claims, algorithm: 'RS256' })).toBe('granted');
    expect(await outcome({ claims, algorithm: 'ES384' })).toMatch(/RS256, PS256, ES256, EdDSA or Ed25519/);
    const { keys } = (await (await fetch(keySet.jwks_uri)).json()) as { readonly keys: readonly object[] };
    const declared = {
      client_id: 'p384',
      agent_id: 'planner',
      token_endpoint_auth_method: 'private_key_jwt',
    };
    expect((await client.admin('POST', 'clients', { ...declared, jwks: { keys } })).status).toBe(400);
  });

  verifies(
    'vestibule:aws-binding',
    'is of the account, the role and the organization that are bound',
    async () => {
      await bind('agents/*', { organization: 'o-a1b2c3d4e5' });
      const role = account.roleNamed('agents/x');
      const said = { org_id: 'o-a1b2c3d4e5' };
      expect(await outcome({ role, said })).toBe('granted');
      expect(await outcome({ role })).toMatch(/not of the AWS organization/);
      expect(await outcome({ role, said: { org_id: 'o-zzzzzzzzzz' } })).toMatch(
        /not of the AWS organization/,
      );
      const named = { client_id: 'role-reporter' };
      expect(await outcome({ role, said }, named)).toMatch(/of another IAM role/);
      const elsewhere = {
        role: 'arn:aws:iam::999999999999:role/reporter',
        said: { aws_account: '999999999999' },
      };
      expect(await outcome(elsewhere, named)).toMatch(/of another AWS account/);
      expect(await outcome({ said: { aws_account: '999999999999' } })).toMatch(/account that its sub is in/);
      expect(await outcome({ claims: { sub: 'arn:aws:sts::111122223333:assumed-role/reporter/s' } })).toMatch(
        /ARN of an IAM role/,
      );
    },
  );

  verifies(
    'vestibule:aws-binding',
    'has the principal tags and is of the function that are bound',
    async () => {
      await bind('worker', {
        principal_tags: { team: 'data', stage: 'prod' },
        lambda_functions: [lambdaArn('one'), lambdaArn('two')],
      });
      const role = account.roleNamed('worker');
      const tags = { team: 'data', stage: 'prod', more: 'x' };
      const fits = { principal_tags: tags, lambda_source_function_arn: lambdaArn('two') };
      expect(await outcome({ role, said: fits })).toBe('granted');
      for (const principal_tags of [{ ...tags, stage: 'dev' }, { team: 'data' }, {}, undefined]) {
        expect(await outcome({ role, said: { ...fits, principal_tags } })).toMatch(/lacks in principal_tags/);
      }
      for (const lambda_source_function_arn of [lambdaArn('three'), undefined]) {
        expect(await outcome({ role, said: { ...fits, lambda_source_function_arn } })).toMatch(
          /Lambda function/,
        );
      }
    },
  );

  verifies(
    'vestibule:aws-request-tags',
    'counts for nothing where its tags are the wishes of its caller',
    async () => {
      await bind('wisher', { principal_tags: { team: 'data' } });
      const role = account.roleNamed('wisher');
      const said = { request_tags: { team: 'data' }, principal_tags: { team: 'ops' } };
      expect(await outcome({ role, said })).toMatch(/request_tags do not count/);
      const wishesAlone = { request_tags: { team: 'data' } };
      expect(await outcome({ role, said: wishesAlone })).toMatch(/request_tags do not count/);
      expect(await outcome({ role, claims: { principal_tags: { team: 'data' } } })).toMatch(
        /request_tags do not count/,
      );
      const demanding = await client.admin('POST', 'clients', {
        ...{ client_id: 'demanding', agent_id: 'planner', token_endpoint_auth_method: 'aws_iam_jwt' },
        aws: { issuer: account.issuer, role: account.roleNamed('y'), request_tags: { team: 'data' } },
      });
      expect([demanding.status, demanding.body['field']]).toEqual([400, 'aws.request_tags']);
    },
  );

  verifies(
    'vestibule:aws-strangers-learn-nothing',
    'is refused in the same words for a role that is not registered and for a wrong signature',
    async () => {
      const { privateKey } = await generateKeyPair('ES384');
      const from = deployment.log.length;
      const unknown = await present({ role: account.roleNamed('unregistered') });
      const forged = await present({ key: privateKey });
      const misnamed = await present({}, { client_id: 'planner-client' });
      expect([unknown.status, unknown.text]).toEqual([forged.status, forged.text]);
      expect([unknown.status, unknown.text]).toEqual([misnamed.status, misnamed.text]);
      expect(reasonsSince(from)).toEqual(Array(3).fill('aws_identity_not_verified'));
    },
  );

  verifies(
    ['vestibule:aws-strangers-learn-nothing', 'vestibule:aws-single-use'],
    'leaves its reason in the audit trail, and never itself',
    async () => {
      const from = deployment.log.length;
      const token = await account.token();
      expect((await presentText(token)).status).toBe(200);
      expect((await presentText(token)).body['error_description']).toMatch(/used before/);
      await present({ role: account.roleNamed('agents/x') });
      await present({ role: account.roleNamed('agents/x') }, { client_id: 'role-reporter' });
      expect(reasonsSince(from)).toEqual([
        'assertion_replayed',
        'aws_organization_not_bound',
        'aws_role_not_bound',
      ]);
      const log = deployment.log.join('\n');
      for (const part of token.split('.')) expect(log).not.toContain(part);
    },
  );

  verifies(
    'vestibule:aws-single-use',
    'is spent for every client whose role it is, once it is for one',
    async () => {
      await bind('twofold/*', {});
      await bind('twofold/one', {});
      const token = await account.token({ role: account.roleNamed('twofold/one') });
      expect((await presentText(token)).status).toBe(200);
      const { status, body } = await presentText(token, { client_id: 'role-twofold--' });
      expect([status, body['error_description']]).toEqual([401, 'the client_assertion was used before']);
    },
  );

  verifies('vestibule:aws-binding', 'is of no use to a client that is disabled', async () => {
    await client.admin('POST', 'clients/role-reporter/disable');
    client.letCachesExpire();
    expect(await outcome({})).toBe('the client is disabled');
    await client.admin('POST', 'clients/role-reporter/enable');
    client.letCachesExpire();
    expect(await outcome({})).toBe('granted');
  });

  verifies(
    'vestibule:aws-failed-dependency',
    'waits while the keys of its account cannot be read',
    async () => {
      const down = await newAccount();
      await bind('waiting', {}, down);
      const token = await down.token({
        role: down.roleNamed('waiting'),
        claims: { exp: Math.floor(now()) + 3_000 },
      });
      await down.stop();
      accounts.splice(accounts.indexOf(down), 1);
      const { status, body, headers } = await presentText(token);
      expect([status, body['error'], headers.get('retry-after')]).toEqual([
        503,
        'temporarily_unavailable',
        '30',
      ]);
    },
    30_000,
  );
});
