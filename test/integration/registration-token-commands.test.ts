import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../bin/cli/main.ts';
import { writeEndpointsFile } from '../../local/endpoints-file.ts';
import { config as exampleConfig } from '../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';

let directory: string;
let deployment: TestDeployment;

/** A deployment that `vestibule --local` finds in the directory, as `npm start` leaves one. */
async function startHere(mode: 'open' | 'initial_access_token'): Promise<TestDeployment> {
  const started = await startDeployment({ config: { ...exampleConfig, registration: { mode } } });
  const { accessKeyId, secretAccessKey } = started.operator;
  writeEndpointsFile(join(directory, '.vestibule', 'endpoints.json'), {
    endpoints: { admin: `${started.run.issuer}/admin` },
    aws: { region: 'us-east-1', access_key_id: accessKeyId, secret_access_key: secretAccessKey },
  });
  return started;
}

async function vestibule(...args: readonly string[]) {
  const said: string[] = [];
  const say = (text: string): number => said.push(text);
  const code = await runCommandLine(['--local', 'registration-token', ...args], {
    ...{ environment: {}, directory, input: () => Promise.resolve(''), out: say, err: say },
  });
  return { code, said: said.join('\n') };
}

async function register(token: string): Promise<number> {
  const { status } = await fetch(`${deployment.issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ redirect_uris: ['http://127.0.0.1/callback'] }),
  });
  return status;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vestibule-commands-'));
  deployment = await startHere('initial_access_token');
});
afterAll(async () => {
  await deployment.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('vestibule --local registration-token', () => {
  it('hands out tokens that register clients, tells how many are left, and takes them back', async () => {
    expect(await vestibule('list')).toEqual({ code: 0, said: 'there are no registration-tokens' });
    const added = await vestibule('add', 'Build team', '--expires-in', '2d', '--uses', '2');
    expect(added.code).toBe(0);
    const [token = '', id = ''] =
      /^initial_access_token +((rt_\S{12})\.\S{43})$/m.exec(added.said)?.slice(1) ?? [];
    expect(added.said).toContain(`registration-token ${id} is made`);
    expect(await register(token)).toBe(201);
    const listed = await vestibule('list');
    expect(listed.said).toMatch(new RegExp(`^${id} +Build team +\\S+ +1 of 2 +arn:aws:iam:`, 'm'));
    expect(listed.said).not.toContain(token.slice(id.length));
    expect(await register(token)).toBe(201);
    expect(await register(token)).toBe(401);
    expect(await vestibule('remove', id)).toEqual({ code: 0, said: `registration-token ${id} is removed` });
    expect(await vestibule('list')).toEqual({ code: 0, said: 'there are no registration-tokens' });
    expect(await vestibule('remove', id)).toEqual({
      ...{ code: 1, said: `vestibule: there is no registration-token "${id}"` },
    });
  });

  it('hands out tokens for any number of clients until they are taken back, as JSON for programs', async () => {
    const added = await vestibule('add', 'CI', '--expires-in', '12h', '--json');
    const made = JSON.parse(added.said) as { readonly id: string; readonly initial_access_token: string };
    expect(await register(made.initial_access_token)).toBe(201);
    const listed = JSON.parse((await vestibule('list', '--json')).said) as readonly object[];
    expect(listed).toEqual([expect.not.objectContaining({ uses: expect.anything() as unknown })]);
    expect(listed).toMatchObject([{ id: made.id, name: 'CI' }]);
    expect((await vestibule('remove', made.id)).code).toBe(0);
    expect(await register(made.initial_access_token)).toBe(401);
  });

  it("repeats the deployment's words for what it does not take", async () => {
    expect(await vestibule('add', 'CI', '--expires-in', '400d')).toEqual({
      code: 1,
      said: 'vestibule: expires_in 34560000: must be a whole number of seconds, a year at most, from 60 to 31536000',
    });
    await deployment.stop();
    deployment = await startHere('open');
    expect(await vestibule('add', 'CI', '--expires-in', '1d')).toEqual({
      code: 1,
      said: expect.stringMatching(
        /^vestibule: registration\.mode is "open" in this deployment, .*: set it to "initial_access_token"/,
      ) as string,
    });
  }, 90_000);
});
