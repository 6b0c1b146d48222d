import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { decodeJwt, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientSecretBasic,
  createAgent,
  TaskEnded,
  type Agent,
  type AgentOptions,
} from '../../lambdas/agent/index.ts';
import { startCompany, type Company } from '../support/company.ts';

let company: Company;
let secret: string;

beforeAll(async () => {
  company = await startCompany();
  secret = await company.secretOf('planner-client');
});
afterAll(() => company.stop());

function planner(options: Partial<AgentOptions> = {}): Agent {
  return createAgent({
    issuer: company.issuer,
    client: clientSecretBasic('planner-client', secret),
    ...options,
  });
}

const scan = () => ({ purpose: 'Compliance scan', resource: company.mcpUrl });

describe('an agent with a job that takes longer than a token lives', () => {
  it('calls a tool under its task, goes on elsewhere, and is told when it is over', async () => {
    const task = await planner().openTask({ ...scan(), ceilingSeconds: 3_600, heartbeatSeconds: 120 });
    const client = new Client({ name: 'planner', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(company.mcpUrl), { fetch: task.fetch }));
    const { content } = await client.callTool({ name: 'list_orders', arguments: {} });
    expect(JSON.stringify(content)).toMatch(/asked by planner\)/);
    await client.close();
    const [here, there] = [await task.token(), await planner().resumeTask({ handle: task.handle })];
    const elsewhere = await there.token();
    expect(decodeJwt(elsewhere.value)).toMatchObject({ aud: company.mcpUrl, task_chain: [task.id] });
    expect(elsewhere.value).not.toBe(here.value);
    expect(await there.heartbeat()).toMatchObject({ id: task.id, running: true, heartbeatSeconds: 120 });
    const child = await there.child({ purpose: 'a part of it' });
    expect(decodeJwt((await child.token()).value)['task_chain']).toEqual([task.id, child.id]);
    await task.complete();
    const over: unknown = await there.heartbeat().catch((error: unknown) => error);
    expect(over).toBeInstanceOf(TaskEnded);
    expect(over).toMatchObject({ reason: 'completed' });
    await expect(child.heartbeat()).rejects.toMatchObject({ reason: 'completed', of: task.id });
    expect((await task.status()).end).toMatchObject({ reason: 'completed' });
    expect(company.log.join('\n')).not.toContain(task.handle);
  });

  it('has tokens of its key, which alone has the task', async () => {
    const dpop = await generateKeyPair('ES256');
    const task = await planner({ dpop }).openTask(scan());
    expect((await task.token()).type).toBe('DPoP');
    const stolen = planner({ dpop: await generateKeyPair('ES256') }).resumeTask({ handle: task.handle });
    await expect(stolen).rejects.toMatchObject({ name: 'TokenRefused', error: 'invalid_grant' });
    expect((await (await planner({ dpop }).resumeTask({ handle: task.handle })).token()).type).toBe('DPoP');
  });
});
