import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRun, type LocalRun } from '../../../local/run.ts';
import { signedFetch } from '../../spec/support/signed-fetch.ts';
import { apiResources, functionResources, writeAssembly } from './fixture.ts';

const echo = `
exports.handler = async (event) => {
  const { do: what } = event.queryStringParameters ?? {};
  if (what === 'throw') throw new Error('a defect');
  if (what === 'wait') await new Promise((resolve) => setTimeout(resolve, 2000));
  if (what === 'time') return { now: Date.now() };
  if (what === 'env') return Object.keys(process.env);
  return { statusCode: 200, headers: { 'WWW-Authenticate': 'Bearer' }, body: JSON.stringify(event) };
};`;
const writer = `
const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({ maxAttempts: 1 });
exports.handler = async ({ rawQueryString }) => {
  const Item = { pk: { S: rawQueryString } };
  try {
    await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item }));
    return 'written';
  } catch (error) {
    return error.name;
  }
};`;

const log: string[] = [];
let run: LocalRun;

beforeAll(async () => {
  const environment = { TABLE: { Ref: 'Table' } };
  const assemblyDirectory = writeAssembly({
    resources: {
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      },
      ...functionResources('Echo', 'echo'),
      ...functionResources('Writer', 'writer', {
        environment,
        statements: [
          { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } },
        ],
      }),
      ...functionResources('Reader', 'writer', {
        environment,
        statements: [
          { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { 'Fn::GetAtt': ['Table', 'Arn'] } },
        ],
      }),
      ...apiResources({
        'ANY /echo': { function: 'Echo' },
        'ANY /write': { function: 'Writer' },
        'ANY /read': { function: 'Reader' },
        'ANY /admin/{proxy+}': { function: 'Echo', iam: true },
        'ANY /slow': { function: 'Echo', timeoutMilliseconds: 300 },
        'ANY /unpermitted': { function: 'Echo', unpermitted: true },
      }),
    },
    code: { echo, writer },
  });
  run = await startRun({ assemblyDirectory, port: 0, log: (line) => log.push(line) });
});

afterAll(() => run.stop());

interface Event {
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

async function event(path: string, init?: RequestInit): Promise<Event> {
  return (await (await fetch(`${run.issuer}${path}`, init)).json()) as Event;
}

describe('the HTTP API of a template', () => {
  it('answers on both names of this machine', async () => {
    const { port } = new URL(run.issuer);
    expect((await fetch(`http://127.0.0.1:${port}/echo`)).status).toBe(200);
    expect((await fetch(`${run.issuer}/echo`)).headers.get('www-authenticate')).toBe('Bearer');
  });

  it('hands a form over in base64 and JSON as text', async () => {
    const form = await event('/echo', { method: 'POST', body: new URLSearchParams({ a: '1' }) });
    expect(form).toMatchObject({ body: 'YT0x', isBase64Encoded: true });
    const headers = { 'content-type': 'application/json' };
    expect(await event('/echo', { method: 'POST', headers, body: '{}' })).toMatchObject({ body: '{}' });
  });

  it('joins headers of one name', async () => {
    const { port } = new URL(run.issuer);
    const body = await new Promise<string>((resolve, reject) => {
      const sent = httpRequest({ port, path: '/echo', headers: { 'X-Many': ['a', 'b'] } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve(text);
        });
      });
      sent.on('error', reject).end();
    });
    expect((JSON.parse(body) as Event).headers['x-many']).toBe('a,b');
  });

  it('answers for itself: 404, 400, 413, 500, 503', async () => {
    const answer = async (path: string, init?: RequestInit): Promise<readonly [number, string]> => {
      const response = await fetch(`${run.issuer}${path}`, init);
      return [response.status, await response.text()];
    };
    expect(await answer('/nowhere')).toEqual([404, '{"message":"Not Found"}']);
    expect(await answer('/%E0%A4%A')).toEqual([400, '{"message":"Bad Request"}']);
    expect(await answer('/slow?do=wait')).toEqual([503, '{"message":"Service Unavailable"}']);
    expect(await answer('/echo?do=throw')).toEqual([500, '{"message":"Internal Server Error"}']);
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect(await answer('/echo', { method: 'POST', body })).toEqual([
      413,
      '{"message":"Request Entity Too Large"}',
    ]);
  });

  it('forbids an unsigned request on a route of IAM', async () => {
    const response = await fetch(`${run.issuer}/admin/x`);
    expect([response.status, await response.text()]).toEqual([403, '{"message":"Forbidden"}']);
  });

  it('admits who signs for it, and tells the function who that is', async () => {
    const url = `${run.issuer}/admin/agents/planner`;
    const response = await signedFetch(run.cloud.operator, { method: 'GET', url });
    expect(response.status).toBe(200);
    const { requestContext } = (await response.json()) as { requestContext: { authorizer: { iam: object } } };
    expect(requestContext.authorizer.iam).toMatchObject({
      userArn: run.cloud.operator.arn,
      accountId: '000000000000',
    });
  });

  it('forbids a signature for another service', async () => {
    const credential = `${run.cloud.operator.accessKeyId}/20261121/us-east-1/kms/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    const response = await fetch(`${run.issuer}/admin/x`, { headers: { authorization } });
    expect(response.status).toBe(403);
    expect(log.join('\n')).toContain('signed for kms, not for execute-api');
  });

  it('does not invoke a function that lets no API invoke it, and says so', async () => {
    expect((await fetch(`${run.issuer}/unpermitted`)).status).toBe(500);
    expect(log.join('\n')).toContain('no AWS::Lambda::Permission');
  });

  it('logs every request without its query string', async () => {
    await fetch(`${run.issuer}/echo?code=secret-in-query`);
    expect(log.some((line) => /^GET \/echo 200 \d+ ms /.test(line))).toBe(true);
    expect(log.join('\n')).not.toContain('secret-in-query');
  });

  it('gives functions an environment of their own and the virtual time', async () => {
    const names = (await (await fetch(`${run.issuer}/echo?do=env`)).json()) as string[];
    expect(names).not.toContain('PATH');
    run.clock.advance(86_400);
    const { now } = (await (await fetch(`${run.issuer}/echo?do=time`)).json()) as { now: number };
    run.clock.advance(-86_400);
    expect(now - Date.now()).toBeGreaterThan(86_000_000);
  });

  it('answers 500 for an instance that crashes, after its effect, and serves on', async () => {
    run.cloud.faults.add('dynamodb:PutItem=crash@1');
    expect((await fetch(`${run.issuer}/write?crash`)).status).toBe(500);
    run.cloud.faults.clear();
    expect(await (await fetch(`${run.issuer}/write?next`)).json()).toBe('written');
  });

  it('carries 500 requests at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, n) =>
        fetch(`${run.issuer}/write?item-${n}`).then((each) => each.text()),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['"written"']));
  });
});

describe('the role of a function', () => {
  it('is enforced, and what is missing is named in the log', async () => {
    expect(await (await fetch(`${run.issuer}/read?x`)).text()).toContain('AccessDenied');
    const denied = log.find((line) => line.includes('DENIED'));
    expect(denied).toContain('ReaderRole');
    expect(denied).toContain('dynamodb:PutItem');
    expect(denied).toContain(':table/App-Table-');
  });

  it('is compared with what was used', async () => {
    await fetch(`${run.issuer}/write?y`);
    expect(run.grantedActions).toEqual([
      { role: 'WriterRole', action: 'dynamodb:PutItem' },
      { role: 'ReaderRole', action: 'dynamodb:GetItem' },
    ]);
    expect(run.usedActions()).toEqual([{ role: 'WriterRole', action: 'dynamodb:PutItem' }]);
  });
});
