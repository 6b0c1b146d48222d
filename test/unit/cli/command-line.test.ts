import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../bin/cli/main.ts';

interface Sent {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

const managed_by = { kind: 'deployment', deployment: 'Vestibule' };
const agents = [
  { id: 'analyst', owner: 'data', state: 'active', name: 'Analyst', catalogue: [], managed_by },
  { id: 'planner', owner: 'platform', state: 'disabled', name: 'Planner', catalogue: [{}], managed_by },
];
const client = {
  client_id: 'c',
  agent_id: 'planner',
  managed_by,
  secrets: [{ id: 'one', created_at: 'now' }],
};

let server: Server;
let sent: Sent[];
let directory: string;

/** An admin API that answers what the command lines of these tests are about. */
async function answer(request: IncomingMessage): Promise<{ status: number; body?: object }> {
  const body = Buffer.concat(await request.toArray()).toString();
  sent.push({
    ...{ method: request.method, url: request.url, body },
    authorization: request.headers.authorization,
  });
  if (request.method === 'DELETE') return { status: 204 };
  if (request.url === '/admin/agents?limit=100')
    return { status: 200, body: { agents: agents.slice(0, 1), cursor: 'a/b' } };
  if (request.url === '/admin/agents?limit=100&cursor=a%2Fb')
    return { status: 200, body: { agents: agents.slice(1) } };
  if (request.url === '/admin/clients')
    return { status: 201, body: { ...client, client_secret: 's3cret', client_secret_id: 'one' } };
  if (request.url === '/admin/agents/denied') return { status: 403, body: { message: 'Forbidden' } };
  return { status: 404, body: { error: 'not_found', error_description: 'there is no agent "nobody"' } };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status).end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  directory = mkdtempSync(join(tmpdir(), 'vestibule-cli-'));
  mkdirSync(join(directory, '.vestibule'));
  const admin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/admin`;
  const aws = { region: 'us-east-1', access_key_id: 'AKIALOCAL', secret_access_key: 'secret' };
  writeFileSync(
    join(directory, '.vestibule', 'endpoints.json'),
    JSON.stringify({ endpoints: { admin }, aws }),
  );
});
beforeEach(() => {
  sent = [];
});
afterAll(() => {
  server.close();
});

async function run(args: readonly string[], environment: Record<string, string> = {}, where = directory) {
  const [out, err]: [string[], string[]] = [[], []];
  const surroundings = {
    environment,
    directory: where,
    input: () => Promise.resolve(''),
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
  };
  const code = await runCommandLine(args, surroundings);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('a command', () => {
  it('lists all pages as a table, and says how far it is', async () => {
    const { code, out, err } = await run(['--local', 'agent', 'list']);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['ID', 'OWNER', 'STATE', 'NAME', 'RESOURCES', 'TASKS', 'MANAGED BY'],
      ['analyst', 'data', 'active', 'Analyst', '0', '-', 'deployment Vestibule'],
      ['planner', 'platform', 'disabled', 'Planner', '1', '-', 'deployment Vestibule'],
    ]);
    expect(err).toBe('1 agents so far …');
  });

  it('gives JSON to machines', async () => {
    expect(JSON.parse((await run(['--local', 'agent', 'list', '--json'])).out)).toEqual(agents);
  });

  it('signs as the local operator, for the API', async () => {
    await run(['agent', 'list', '--local']);
    expect(sent[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIALOCAL\/\d{8}\/us-east-1\/execute-api\/aws4_request/,
    );
  });

  it('shows a new secret once, with a sentence about it', async () => {
    const { out } = await run(['--local', 'client', 'add', 'c', '--agent', 'planner']);
    expect(out.match(/s3cret/g)).toHaveLength(1);
    expect(out).toMatch(/shown this once and kept nowhere/);
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ client_id: 'c', agent_id: 'planner' });
  });

  it('replaces what is declared under the id that it is given', async () => {
    await run([
      '--local',
      'agent',
      'replace',
      'planner',
      '--owner',
      'platform',
      '--on-behalf-of',
      'demo:read',
    ]);
    expect(sent[0]).toMatchObject({ method: 'PUT', url: '/admin/agents/planner' });
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      ...{ id: 'planner', name: 'planner', owner: 'platform', catalogue: [] },
      delegations: [{ resource: 'demo', scopes: [{ name: 'read' }] }],
    });
    expect((await run(['--local', 'agent', 'replace', '--owner', 'platform'])).err).toContain(
      'name the agent',
    );
  });

  it('removes, and encodes what it is given', async () => {
    expect((await run(['--local', 'agent', 'remove', 'a/../b'])).code).toBe(0);
    expect(sent[0]).toMatchObject({ method: 'DELETE', url: '/admin/agents/a%2F..%2Fb' });
  });
});

describe('a refusal', () => {
  it('is the API’s own sentence, with exit code 1', async () => {
    expect(await run(['--local', 'agent', 'show', 'nobody'])).toEqual({
      code: 1,
      out: '',
      err: 'vestibule: there is no agent "nobody"',
    });
  });

  it('of the gateway names the permission', async () => {
    expect((await run(['--local', 'agent', 'show', 'denied'])).err).toMatch(/needs execute-api:Invoke/);
  });

  it('tells how to start a local run where there is none', async () => {
    const { code, err } = await run(['--local', 'agent', 'list'], {}, tmpdir());
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/does not exist: start the local run .* `npm start`/),
    ]);
  });

  it('tells that nothing answers', async () => {
    const environment = { AWS_REGION: 'us-east-1' };
    const { code, err } = await run(['agent', 'list', '--endpoint', 'http://localhost:1'], environment);
    expect(code).toBe(1);
    expect(err).toMatch(/nothing answers at http:\/\/localhost:1|no AWS credentials/);
  });
});

describe('a wrong use', () => {
  it.each([
    [[], /say what/],
    [
      ['grant', 'list'],
      /"grant" is not resource, agent, client, api, provider, idp, person, tasks, keys or registration-token/,
    ],
    [['agent'], /say what to do with the agent: add, replace, list/],
    [['agent', 'rotate'], /"rotate" is no command of agent/],
    [['agent', 'constructor'], /"constructor" is no command/],
    [['agent', 'add-secret', 'x'], /"add-secret" is no command of agent/],
    [['--local', 'agent', 'show'], /name the agent/],
    [['--local', 'agent', 'list', 'extra'], /"extra" is one word too many/],
    [['--local', 'agent', 'list', '--owner', 'x'], /--owner is no option of `vestibule agent list`/],
    [['agent', 'list', '--verbose'], /Unknown option '--verbose'/],
    [['agent', 'list'], /say which deployment: --endpoint/],
    [['agent', 'list', '--endpoint', 'http://auth.example.com'], /must be the https URL/],
    [['agent', 'list', '--endpoint', 'https://auth.example.com'], /say in which region/],
    [['agent', 'list', '--local', '--endpoint', 'https://auth.example.com'], /exclude each other/],
  ])('is explained with exit code 2: %j', async (args, words) => {
    const { code, err } = await run(args);
    expect([code, err]).toEqual([2, expect.stringMatching(words)]);
    expect(sent).toEqual([]);
  });
});

describe('help', () => {
  it.each([
    [['--help'], /vestibule client add-secret +add a second live secret/],
    [['client', '--help'], /client remove-secret <client id> <secret id>/],
    [['resource', 'add', '-h'], /--scope <name>=<description>/],
    [['agent', 'show', '--help'], /Usage: vestibule agent show <id>/],
  ])('answers %j', async (args, words) => {
    const { code, out } = await run(args);
    expect(code).toBe(0);
    expect(out).toMatch(words);
  });
});
