import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../bin/cli/main.ts';

const active = {
  ...{ kid: 'first', state: 'active', custody: 'kms', algorithm: 'RS256' },
  ...{ published_at: '2027-01-01T00:00:00Z', signs_from: '2027-01-01T00:00:00Z' },
};
const standby = { ...active, kid: 'second', state: 'announced', signs_from: undefined };
const rings: Readonly<Record<string, object>> = {
  'GET /admin/keys ': { keys: [active, standby], next_rotation_at: '2027-04-01T00:00:00Z' },
  'POST /admin/keys/rotate {}': {
    keys: [
      { ...active, signs_until: '2027-01-01T08:00:15Z', published_until: '2027-01-01T09:06:15Z' },
      { ...standby, signs_from: '2027-01-01T08:00:15Z' },
      { ...standby, kid: 'third' },
    ],
  },
  'POST /admin/keys/rotate {"compromised":"first"}': {
    keys: [
      { ...active, kid: 'second' },
      { ...active, state: 'gone' },
    ],
    key_set_max_age: 300,
  },
};

let server: Server;
let endpoint: string;
let sent: string[];

const credentials = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret' };
const given = Object.keys(credentials).map((name) => [name, process.env[name]] as const);

beforeAll(async () => {
  server = createServer((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      const asked = `${String(request.method)} ${String(request.url)} ${Buffer.concat(chunks).toString()}`;
      sent.push(asked);
      const ring = rings[asked];
      response.writeHead(ring === undefined ? 409 : 200);
      response.end(
        JSON.stringify(ring ?? { error: 'conflict', error_description: 'a rotation is under way' }),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, credentials);
});
beforeEach(() => {
  sent = [];
});
afterAll(() => {
  server.close();
  for (const [name, value] of given) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCommandLine(['--endpoint', endpoint, '--region', 'us-east-1', ...args], {
    out: (text) => {
      out += `${text}\n`;
    },
    err: (text) => {
      err += `${text}\n`;
    },
    input: () => Promise.resolve(''),
    environment: {},
    directory: '.',
  });
  return { code, out, err };
}

describe('vestibule keys', () => {
  it('shows which key signs, which waits, and when the next rotation is due', async () => {
    const { code, out } = await run('keys');
    expect(code).toBe(0);
    expect(out).toMatch(/^KID +STATE +CUSTODY +ALG/);
    expect(out).toMatch(/first +active +kms +RS256/);
    expect(out).toMatch(/second +announced +kms +RS256 +\S+ +- +- +-?\n/);
    expect(out).toContain('The next rotation is due at 2027-04-01T00:00:00Z.');
  });

  it('rotates, says from when which key signs, and warns of a key that few have seen', async () => {
    const { code, out } = await run('keys', 'rotate');
    expect(code).toBe(0);
    expect(out).toContain('second signs from 2027-01-01T08:00:15Z');
    expect(out).toContain('first verifies what it signed until 2027-01-01T09:06:15Z');
    expect(out).toContain('published for less than a day');
  });

  it('says what a withdrawal does before it is done, and what holds after', async () => {
    const { code, out, err } = await run('keys', 'rotate', '--compromised', 'first');
    expect(code).toBe(0);
    expect(err).toContain('withdrawing first: it leaves the key set, and every token that it signed ends');
    expect(out).toContain('first has left the key set');
    expect(out).toContain('may hold the former key set for 300 seconds more');
    expect(out).toContain('second signs now');
    expect(out).toContain('No standby key could be made');
  });

  it('prints JSON for programs, and the words of a refusal for people', async () => {
    expect(JSON.parse((await run('keys', '--json')).out)).toMatchObject({ keys: [{ kid: 'first' }, {}] });
    const refused = await run('keys', 'rotate', '--compromised', 'other');
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('a rotation is under way')]);
  });

  it('refuses what it does not know, and sends nothing', async () => {
    for (const words of [
      ['keys', 'turn'],
      ['keys', 'rotate', 'now'],
      ['keys', '--compromised', 'first'],
      ['keys', 'rotate', '--name', 'x'],
    ]) {
      expect((await run(...words)).code, words.join(' ')).toBe(2);
    }
    expect(sent).toEqual([]);
    expect((await run('keys', '--help')).out).toContain('vestibule keys rotate --compromised <kid>');
  });
});
