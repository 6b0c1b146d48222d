import { beforeAll, describe, expect } from 'vitest';
import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { type Answer, basic } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();
let server: Readonly<Record<string, string>>;
beforeAll(async () => {
  server = basic('demo-server', await office.company.secretOf('demo-server'));
});

const both = { scope: 'tools:read tools:write' };
const refused = ({ status, body }: Answer): readonly unknown[] => [status, body['error']];
const tokenOf = ({ body }: Answer): string => String(body['refresh_token']);

interface Tokens {
  readonly refreshToken: string;
  readonly accessToken: string;
}

/** Somebody signed in for work while they are away, and what their provider said then is remembered no more. */
async function atWork(changes: Readonly<Record<string, string>> = both): Promise<Tokens> {
  const answer = await office.redeem(await office.code(changes));
  expect(answer, answer.text).toMatchObject({ status: 200, body: both });
  later(61);
  return { refreshToken: tokenOf(answer), accessToken: String(answer.body['access_token']) };
}

function later(seconds: number): void {
  office.company.run.clock.advance(seconds);
}

async function isActive(token: string): Promise<unknown> {
  const body = new URLSearchParams({ token });
  const answer = await office.client.send('/introspect', { method: 'POST', headers: server, body });
  expect(answer.status).toBe(200);
  return answer.body['active'];
}

/** An MCP server that asks nobody but the feed of ends. */
function offline() {
  const { issuer, mcpUrl, run } = office.company;
  const verifier = createVerifier({
    ...{ issuer, resource: mcpUrl, now: () => Math.floor(run.clock.now() / 1000) },
  });
  return async (token: string): Promise<number> => {
    const verification = await verifier.verify(`Bearer ${token}`);
    return verification.ok ? 200 : verification.challenge.status;
  };
}

describe('a person whom their provider lets in no more', () => {
  verifies(
    ['vestibule:refresh-standing', 'IX-42', 'vestibule:offline-thirty-seconds'],
    'ends what they granted, for good: the client is told why, and no token of it counts',
    async () => {
      const [{ refreshToken, accessToken }, statusOf] = [await atWork(), offline()];
      expect([await isActive(accessToken), await statusOf(accessToken)]).toEqual([true, 200]);
      office.idp.play({ refreshError: 'invalid_grant' });
      const from = office.company.log.length;
      const answer = await office.refresh(refreshToken);
      expect(refused(answer)).toEqual([400, 'invalid_grant']);
      expect(answer.body['error_description']).toMatch(
        /^the grant has ended: the identity provider says that the person may not go on: it takes back/,
      );
      expect(eventsSince(office.company, from)).toMatchObject([
        {
          ...{ event: 'token_refused', reason: 'grant_ended', error: 'invalid_grant' },
          detail: 'person_ended: upstream_refused',
        },
      ]);
      expect(await isActive(accessToken)).toBe(false);
      later(29);
      expect(await statusOf(accessToken)).toBe(401);
      office.idp.play();
      later(61);
      const again = await office.refresh(refreshToken);
      expect([...refused(again), again.text]).toEqual([400, 'invalid_grant', answer.text]);
    },
  );

  verifies('vestibule:refresh-standing', 'ends it as well where another person comes back', async () => {
    const { refreshToken } = await atWork();
    office.idp.play({ person: { sub: 'eve', groups: ['staff'] } });
    const answer = await office.refresh(refreshToken);
    expect(refused(answer)).toEqual([400, 'invalid_grant']);
    expect(answer.body['error_description']).toMatch(/: it answered with another person$/);
    office.idp.play();
    later(61);
    expect(refused(await office.refresh(refreshToken))).toEqual([400, 'invalid_grant']);
  });
});

describe('a person of fewer groups than before', () => {
  verifies('vestibule:refresh-standing', 'gives less, and again all once they are back', async () => {
    const { refreshToken } = await atWork();
    office.idp.play({ person: { sub: 'ann', groups: ['golf'] } });
    const narrowed = await office.refresh(refreshToken);
    expect(narrowed).toMatchObject({ status: 200, body: { scope: 'tools:read' } });
    const wider = await office.refresh(tokenOf(narrowed), { scope: 'tools:write' });
    expect(refused(wider)).toEqual([400, 'invalid_scope']);
    office.idp.play();
    later(61);
    expect(await office.refresh(tokenOf(narrowed))).toMatchObject({ status: 200, body: both });
  });
});

describe('a provider that is down', () => {
  verifies(
    ['vestibule:refresh-standing', 'vestibule:lost-reply-spares-families', 'vestibule:dependency-down'],
    'has the client wait, uses nothing up and ends nothing',
    async () => {
      const { refreshToken, accessToken } = await atWork();
      for (const behaviour of [{ status: 503 }, { refreshError: 'invalid_client' }] as const) {
        office.idp.play(behaviour);
        const answer = await office.refresh(refreshToken);
        expect(refused(answer)).toEqual([503, 'temporarily_unavailable']);
        expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        expect(await isActive(accessToken)).toBe(true);
        later(6);
      }
      office.idp.play();
      expect(await office.refresh(refreshToken)).toMatchObject({ status: 200, body: both });
    },
    60_000,
  );

  verifies(
    ['vestibule:refresh-standing', 'vestibule:dependency-down'],
    'is no more than the function that asks it',
    async () => {
      const { refreshToken } = await atWork();
      for (const fault of ['lambda:Invoke=down@*', 'lambda:Invoke=throttle@*']) {
        office.company.run.cloud.faults.add(fault);
        const answer = await office.refresh(refreshToken);
        expect([fault, ...refused(answer)]).toEqual([fault, 503, 'temporarily_unavailable']);
        expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        office.company.run.cloud.faults.clear();
      }
      expect(await office.refresh(refreshToken)).toMatchObject({ status: 200 });
    },
    60_000,
  );
});

describe('a provider that an operator disables', () => {
  verifies(
    ['vestibule:refresh-standing', 'vestibule:idp-disabled'],
    'has its people wait, and nothing of theirs ends',
    async () => {
      const { refreshToken, accessToken } = await atWork();
      await office.client.admin('POST', 'idps/demo/disable');
      office.client.letCachesExpire();
      const before = office.idp.refreshes();
      const answer = await office.refresh(refreshToken);
      expect(refused(answer)).toEqual([400, 'unauthorized_client']);
      expect(answer.body['error_description']).toContain('identity provider');
      expect([office.idp.refreshes() - before, await isActive(accessToken)]).toEqual([0, true]);
      await office.client.admin('POST', 'idps/demo/enable');
      office.client.letCachesExpire();
      expect(await office.refresh(refreshToken)).toMatchObject({ status: 200, body: both });
    },
  );
});

describe('what is revoked or replayed', () => {
  verifies(
    ['vestibule:offline-thirty-seconds', 'rfc7009:2.1:refresh-token', 'vestibule:introspection-is-fresh'],
    'counts for nobody: at introspection at once, offline within thirty seconds',
    async () => {
      const revoke = async ({ refreshToken: token }: Tokens): Promise<void> => {
        const body = new URLSearchParams({ token, client_id: 'desk' });
        expect((await office.client.send('/revoke', { method: 'POST', body })).status).toBe(200);
      };
      const replay = async ({ refreshToken }: Tokens): Promise<void> => {
        expect((await office.refresh(refreshToken)).status).toBe(200);
        later(61);
        expect(refused(await office.refresh(refreshToken))).toEqual([400, 'invalid_grant']);
      };
      for (const end of [revoke, replay]) {
        const [tokens, other, statusOf] = [await atWork(), await atWork(), offline()];
        const all = async () => [await statusOf(tokens.accessToken), await statusOf(other.accessToken)];
        expect(await all()).toEqual([200, 200]);
        await end(tokens);
        expect([await isActive(tokens.accessToken), await isActive(other.accessToken)]).toEqual([
          false,
          true,
        ]);
        later(29);
        expect(await all()).toEqual([401, 200]);
      }
    },
    60_000,
  );
});

describe('a client that refreshes without a pause', () => {
  verifies(
    'vestibule:refresh-in-turn',
    'waits after eight times in a minute, and goes on after',
    async () => {
      let { refreshToken: token } = await atWork();
      for (let turn = 0; turn < 8; turn += 1) token = tokenOf(await office.refresh(token));
      const answer = await office.refresh(token);
      expect(refused(answer)).toEqual([503, 'temporarily_unavailable']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
      later(Number(answer.headers.get('retry-after')));
      expect(await office.refresh(token)).toMatchObject({ status: 200, body: both });
    },
  );
});
