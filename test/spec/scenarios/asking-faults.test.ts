import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { type Answer, basic } from '../support/driver.ts';
import { alice } from '../support/granted.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { verifies } from '../verifies.ts';

let desk: Desk;
let server: Readonly<Record<string, string>>;

beforeAll(async () => {
  desk = await openDesk();
  server = basic('demo-server', await desk.deployment.secretOf('demo-server'));
});
afterEach(() => {
  desk.deployment.run.cloud.faults.clear();
});
afterAll(() => desk.close());

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function newTokens(): Promise<Tokens> {
  const granted = await desk.newCode({ scope: ['openid', 'tools:read'] });
  const { body } = await desk.redeem(granted, app);
  return { accessToken: String(body['access_token']), refreshToken: String(body['refresh_token']) };
}

type Ask = (token: string) => Promise<Answer>;

const userinfo: Ask = (token) => desk.client.get('/userinfo', { authorization: `Bearer ${token}` });
const introspect: Ask = (token) => introspectAs(token);
const introspectSigned: Ask = (token) =>
  introspectAs(token, { accept: 'application/token-introspection+jwt' });
const asks: Readonly<Record<string, Ask>> = { userinfo, introspect, introspectSigned };

function introspectAs(token: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const form = { method: 'POST', body: new URLSearchParams({ token }) };
  return desk.client.send('/introspect', { ...form, headers: { ...server, ...headers } });
}

/** What the answer says of the token; undefined where it says nothing. */
function said({ status, text }: Answer): boolean | undefined {
  if (status !== 200) return status === 401 ? false : undefined;
  const [, payload] = text.split('.');
  const told = text.startsWith('{') ? text : Buffer.from(payload ?? '', 'base64url').toString();
  if (told.includes('"active":false')) return false;
  return told.includes(alice.id) ? true : undefined;
}

/** What a function does that has read nothing yet, and asks anew. */
async function faultsOf(ask: Ask, token: string): Promise<readonly string[]> {
  desk.client.letCachesExpire();
  return (await callsDuring(desk.deployment, ['Introspection'], () => ask(token))).flatMap(faultsAt);
}

const revoke = (token: string): Promise<Answer> =>
  desk.client.send('/revoke', { method: 'POST', body: new URLSearchParams({ token, client_id: app }) });

describe('a question about the grant of a person', () => {
  verifies(
    ['vestibule:dependency-down', 'vestibule:introspection-is-fresh', 'oidc-core:5.3:userinfo'],
    'has the asker wait while AWS fails: neither does a grant that lives seem ended, nor an ended one alive',
    async () => {
      const { faults } = desk.deployment.run.cloud;
      for (const [name, ask] of Object.entries(asks)) {
        const living = await newTokens();
        const ended = await newTokens();
        expect((await revoke(ended.refreshToken)).status).toBe(200);
        const all = await faultsOf(ask, living.accessToken);
        expect([name, all]).toEqual([
          name,
          expect.arrayContaining(['dynamodb:BatchGetItem~Introspection=down@2-']),
        ]);
        for (const fault of all) {
          for (const [{ accessToken }, isAlive] of [
            [living, true],
            [ended, false],
          ] as const) {
            const what = [name, fault, isAlive];
            desk.client.letCachesExpire();
            faults.add(fault);
            const answer = await ask(accessToken);
            faults.clear();
            // One reply that is lost, or one call that is throttled, is tried again.
            const isBrief = fault.endsWith('@1');
            if (!isBrief && answer.status === 503)
              expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
            else expect([...what, said(answer)]).toEqual([...what, isAlive]);
            expect([...what, said(await ask(accessToken))]).toEqual([...what, isAlive]);
          }
        }
      }
    },
    120_000,
  );
});
