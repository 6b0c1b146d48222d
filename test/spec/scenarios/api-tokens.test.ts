import { decodeJwt } from 'jose';
import { afterEach, describe, expect } from 'vitest';
import { refused } from '../../support/played-exchanges.ts';
import { filesUri, startApiOffice } from '../support/api-office.ts';
import { basic } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() => startApiOffice());
afterEach(() => {
  office.idp.play();
  office.exchanges.play();
  mend(office.company);
});

const both = { scope: 'tools:read tools:write' };

/** How often the provider is asked for a token of the API meanwhile. */
async function asking(work: () => Promise<unknown>): Promise<number> {
  const before = office.exchanges.requests.length;
  await work();
  return office.exchanges.requests.length - before;
}

describe('an MCP server', () => {
  verifies(
    ['rfc8693:2.2.1:api-token', 'vestibule:api-secrets'],
    'gets a token of an API in the name of the person, as it would get one of a resource',
    async () => {
      const subject = await office.subject();
      for (const [path, target] of [
        ['/token', { resource: filesUri }],
        ['/exchange', { resource: undefined, audience: `${filesUri}/` }],
      ] as const) {
        const from = office.company.log.length;
        const { status, body, headers } = await office.ask(subject, target, 'demo-server', path);
        expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
        expect(body).toEqual({
          access_token: expect.stringMatching(/^api-canary-/) as string,
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          ...{ token_type: 'Bearer', scope: 'read', expires_in: expect.any(Number) as number },
        });
        expect(eventsSince(office.company, from)).toContainEqual(
          expect.objectContaining({
            ...{ event: 'api_token_given', api: 'files', resource: filesUri, scope: 'read' },
            ...{ via: ['demo-server'], clientId: 'demo-server', parentJti: decodeJwt(subject).jti },
            subject: { kind: 'person', id: decodeJwt(subject).sub },
          }),
        );
      }
      const log = office.company.log.join('\n');
      for (const token of office.exchanges.given) expect(log).not.toContain(token);
    },
  );

  verifies(
    'vestibule:api-once',
    'gets the one that is there, however many ask at once',
    async () => {
      const subject = await office.subject();
      const tokens = new Set<unknown>();
      expect(
        await asking(async () => {
          const answers = await Promise.all(Array.from({ length: 100 }, () => office.ask(subject)));
          for (const { body } of answers) tokens.add(body['access_token']);
        }),
      ).toBe(1);
      expect(tokens.size).toBe(1);
      // Another token of the same grant is the same person's, on the same kept sign-in.
      expect(await asking(() => office.ask(subject, { scope: 'read' }))).toBe(0);
    },
    60_000,
  );

  verifies(
    'rfc8693:2.2.1:api-token',
    'is told an end no later than that of the token which it sent',
    async () => {
      const subject = await office.subject();
      office.exchanges.play(() => office.exchanges.give({ expires_in: 86_400 }));
      const { body } = await office.ask(subject);
      expect(body['expires_in']).toBeLessThanOrEqual(900);
      office.exchanges.play(() => office.exchanges.give({ expires_in: undefined }));
      expect(
        (await office.ask(await office.subject(), { scope: 'read' })).body['expires_in'],
      ).toBeLessThanOrEqual(900);
    },
  );

  verifies(
    'vestibule:api-policy',
    'gets the scopes that the token, its rule and the roles of the person have in common',
    async () => {
      expect((await office.ask(await office.subject(both))).body['scope']).toBe('read write');
      expect((await office.ask(await office.subject(both), { scope: 'write' })).body['scope']).toBe('write');
      const narrow = await office.subject();
      expect(await office.ask(narrow, { scope: 'read write' })).toMatchObject({
        ...{ status: 400, body: { error: 'invalid_scope' } },
      });
      office.idp.play({ person: { sub: 'bob', groups: [] } });
      expect((await office.ask(await office.subject(both))).body['scope']).toBe('read');
    },
  );
});

describe('no token of an API is given', () => {
  const cases: readonly (readonly [
    string,
    () => Promise<{ readonly status: number; readonly body: object }>,
    object,
  ])[] = [
    [
      'to a server without a rule for it',
      async () =>
        office.ask(
          await office.subject({ resource: 'https://other.example.com', scope: 'look' }),
          {},
          'other-server',
        ),
      { error: 'invalid_target' },
    ],
    [
      'for a token that was sent to somebody else',
      async () => office.ask(await office.subject({ resource: 'https://other.example.com', scope: 'look' })),
      { error: 'invalid_request' },
    ],
    [
      'as something that the provider does not make of it',
      async () =>
        office.ask(await office.subject(), { requested_token_type: 'urn:ietf:params:oauth:token-type:jwt' }),
      { error: 'invalid_request' },
    ],
    [
      'to a client whose tokens are bound to a key of its own',
      async () => office.ask(await office.subject(), {}, 'bound-server'),
      { error: 'invalid_target' },
    ],
    [
      'for two targets',
      async () => office.ask(await office.subject(), { audience: 'https://other.example.com' }),
      { error: 'invalid_target' },
    ],
    [
      'in the name of a machine, which has no sign-in there',
      async () => {
        const { body } = await office.client.token(
          { grant_type: 'client_credentials', resource: office.company.mcpUrl, scope: 'tools:read' },
          basic('planner-client', await office.company.secretOf('planner-client')),
        );
        return office.ask(String(body['access_token']));
      },
      { error: 'invalid_target' },
    ],
    [
      'where nothing of the sign-in was kept',
      async () => office.ask(await office.subject({ client_id: 'day-desk' })),
      { error: 'interaction_required' },
    ],
    [
      'once the person has taken back what they granted',
      async () => {
        const { body } = await office.redeem(await office.code());
        await office.client.send('/revoke', {
          method: 'POST',
          body: new URLSearchParams({ token: String(body['refresh_token']), client_id: 'desk' }),
        });
        return office.ask(String(body['access_token']));
      },
      { error: 'invalid_request' },
    ],
  ];

  for (const [what, request, error] of cases) {
    verifies('vestibule:api-policy', what, async () => {
      expect(
        await asking(async () => {
          expect(await request()).toMatchObject({ status: 400, body: error });
        }),
      ).toBe(0);
    });
  }
});

describe('what the provider says of an API', () => {
  verifies(
    'rfc9470:3:api-interaction',
    'is what the person has to do, in a way that clients can act on',
    async () => {
      const claims = '{"access_token":{"capolids":{"essential":true,"values":["c1f0"]}}}';
      office.exchanges.play(() => refused('interaction_required', { claims }));
      const from = office.company.log.length;
      const { status, body } = await office.ask(await office.subject());
      expect([status, body]).toEqual([
        400,
        {
          ...{ error: 'interaction_required', claims },
          error_description: expect.stringContaining('authorization_uri') as string,
          authorization_uri: `${office.company.issuer}/authorize?${new URLSearchParams({ claims }).toString()}`,
        },
      ]);
      expect(JSON.stringify(body)).not.toContain('ann@example.com');
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({
          event: 'token_refused',
          error: 'interaction_required',
          reason: 'api_token_refused',
        }),
      );
    },
  );

  verifies(
    'rfc9470:3:api-interaction',
    'is a level that clients ask for by acr_values, where it is one',
    async () => {
      const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
      office.exchanges.play(() => refused('interaction_required', { claims }));
      expect((await office.ask(await office.subject())).body).toMatchObject({
        ...{ acr_values: 'c1', authorization_uri: `${office.company.issuer}/authorize?acr_values=c1` },
      });
    },
  );

  verifies('rfc9470:3:api-interaction', 'is a place to send the person to, consent, or no', async () => {
    const told: readonly (readonly [string, object, object])[] = [
      [
        'interaction_required',
        { interaction_uri: 'https://idp.example.com/connect' },
        { error: 'interaction_required', interaction_uri: 'https://idp.example.com/connect' },
      ],
      ['consent_required', {}, { error: 'consent_required' }],
      ['invalid_scope', {}, { error: 'invalid_scope' }],
      ['unauthorized_client', {}, { error: 'invalid_target' }],
    ];
    for (const [error, members, expected] of told) {
      office.exchanges.play(() => refused(error, members));
      expect(await office.ask(await office.subject())).toMatchObject({ status: 400, body: expected });
    }
  });

  verifies('vestibule:api-faults', 'is what is set up wrongly there, and where it is mended', async () => {
    office.exchanges.play(() => refused('unauthorized_client'));
    const { status, body } = await office.ask(await office.subject());
    expect([status, body]).toEqual([
      400,
      {
        error: 'invalid_target',
        error_description:
          'the identity provider gives no token of the API: unauthorized_client, its client may not exchange tokens. Let the client vestibule exchange tokens: the client at the identity provider > grant types: token exchange (RFC 8693).',
      },
    ]);
  });

  verifies('vestibule:api-faults', 'is that nobody else could use what it gives', async () => {
    office.exchanges.play(() => refused('use_dpop_nonce'));
    expect((await office.ask(await office.subject())).body).toEqual({
      error: 'invalid_target',
      error_description:
        'the identity provider gives no token of the API: use_dpop_nonce, it binds what it gives to a key of its client, which nobody else has. Do not require a proof of possession (DPoP) of the client vestibule, or name another one in strategy.client of the API: the settings of the client at the identity provider.',
    });
  });

  verifies('vestibule:api-down', 'is nothing while it is down, or AWS between us and it', async () => {
    const unavailable = { status: 503, body: { error: 'temporarily_unavailable' } };
    office.exchanges.play(() => ({ status: 500, body: {} }));
    const subject = await office.subject();
    const answer = await office.ask(subject);
    expect(answer).toMatchObject(unavailable);
    expect(answer.headers.get('retry-after')).toBe('5');
    office.exchanges.play();
    const another = await office.subject();
    strike(office.company, 'lambda:Invoke~Token=down@*');
    expect(await office.ask(another)).toMatchObject(unavailable);
    mend(office.company);
    office.company.run.clock.advance(6);
    expect((await office.ask(subject)).status).toBe(200);
  });
});
