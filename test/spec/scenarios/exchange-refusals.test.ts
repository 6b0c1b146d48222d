import { decodeJwt, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect } from 'vitest';
import type { Answer } from '../support/driver.ts';
import { accessToken, at, refusedAt, startExchanging } from '../support/exchanging.ts';
import { alice } from '../support/granted.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const house = forThisFile(() =>
  startExchanging((config) => ({
    ...config,
    clients: [
      ...config.clients,
      {
        id: 'plain-client',
        agent: 'plain',
        authentication: { method: 'client_secret_basic' },
        grants: exchangeToo,
      },
    ],
    agents: [
      ...config.agents,
      { id: 'plain', owner: 'nobody@example.com', scopes: { demo: { optional: ['tools:read'] } } },
    ],
  })),
);
const exchangeToo = ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'] as const;
const reader = { resource: at.ledger, scope: 'ledger:read' };
const told = ({ status, body }: Answer): readonly unknown[] => [
  status,
  body['error'],
  body['error_description'],
];
const refused = refusedAt(house, reader);
let sent: string;

beforeAll(async () => {
  sent = await house.alices(at.reports, ['reports:read']);
});
afterEach(() => {
  house.run.cloud.faults.clear();
});

describe('a parameter of an exchange', () => {
  verifies(
    ['rfc8693:2.1:parameters', 'rfc8693:2.2.2:errors'],
    'is told to be wrong where it is',
    async () => {
      const cases: readonly (readonly [
        Readonly<Record<string, string | undefined>>,
        string,
        string,
        RegExp,
      ])[] = [
        [
          { subject_token: undefined },
          'subject_token_missing',
          'invalid_request',
          /subject_token is missing/,
        ],
        [{ subject_token: '' }, 'subject_token_missing', 'invalid_request', /subject_token is missing/],
        [
          { subject_token_type: undefined },
          'subject_token_type_missing',
          'invalid_request',
          /type is missing/,
        ],
        [
          { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
          ...([
            'subject_token_type_unknown',
            'invalid_request',
            /it can be: urn:ietf.*access_token/,
          ] as const),
        ],
        [
          { requested_token_type: 'urn:x' },
          'requested_token_type_unknown',
          'invalid_request',
          /it can be: urn/,
        ],
        [{ scope: 'ledger:read  ledger:read' }, 'scope_malformed', 'invalid_scope', /malformed/],
        [{ scope: 'ledger:write' }, 'scope_not_delegated', 'invalid_scope', /gets: ledger:read$/],
        [{ scope: 'ledger:read openid' }, 'scope_not_delegated', 'invalid_scope', /gets: ledger:read$/],
        [
          { resource: 'https://elsewhere.example.com' },
          'target_not_delegated',
          'invalid_target',
          /target is unknown/,
        ],
        [{ resource: at.safe }, 'target_not_delegated', 'invalid_target', /target is unknown/],
        [
          { resource: undefined, audience: 'nothing' },
          'target_not_delegated',
          'invalid_target',
          /target is unknown/,
        ],
        [{ audience: at.safe }, 'several_resources', 'invalid_target', /one resource at a time/],
      ];
      for (const [more, why, error, description] of cases) {
        const outcome = await refused(sent, more);
        expect({ more, ...outcome }).toEqual({
          ...{ more, why },
          answer: [400, error, expect.stringMatching(description) as string],
        });
      }
    },
  );

  verifies('rfc8693:2.1:target', 'is not taken twice, and names no two targets', async () => {
    const form = [
      ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      ...[
        ['subject_token', sent],
        ['subject_token_type', accessToken],
        ['resource', at.ledger],
      ],
    ] as [string, string][];
    const post = async (more: readonly [string, string][]) =>
      told(await house.client.token([...form, ...more], await house.as('reports-server')));
    expect(await post([['resource', at.safe]])).toEqual([400, 'invalid_target', expect.any(String)]);
    for (const name of ['subject_token', 'subject_token_type', 'audience', 'scope', 'requested_token_type']) {
      const twice: [string, string][] = [
        [name, 'one'],
        [name, 'two'],
      ];
      expect(await post(twice)).toEqual([400, 'invalid_request', expect.any(String)]);
    }
  });

  verifies(
    'rfc8693:2.1:target',
    'is asked for where there are several targets and none is named',
    async () => {
      const token = await house.alices(at.planner, ['plan']);
      const answer = told(await house.exchange('planner-client', token, {}));
      expect(answer).toEqual([400, 'invalid_target', `name a resource, one of: ${at.analyst} ${at.reports}`]);
    },
  );
});

describe('a subject token', () => {
  verifies('rfc8693:2.1:subject-token', "is refused that is nobody's we know", async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const foreign = await new SignJWT({ ...decodeJwt(sent), iss: 'https://elsewhere.example.com' })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'x' })
      .sign(privateKey);
    for (const token of [foreign, 'opaque', 'a.b.c', '..', 'eyJ.eyJ.', '🙂']) {
      const { answer, why } = await refused(token, {});
      expect([answer[0], answer[1], why]).toEqual([400, 'invalid_request', 'subject_token_unknown']);
    }
    expect((await refused(`vat_${'x'.repeat(43)}`, {})).why).toBe('subject_not_an_access_token');
  });

  verifies(
    ['vestibule:exchange-presenter', 'rfc8693:2.2.2:errors'],
    'is exchanged by nobody but the one that it was sent to',
    async () => {
      for (const thief of ['planner-client', 'analyst-client', 'courier-client']) {
        const { answer, why } = await refused(sent, {}, thief);
        expect([thief, answer[1], why]).toEqual([thief, 'invalid_request', 'not_the_audience']);
      }
      // Not even by the one that it was issued to.
      const own = await house.agents('planner-client', { resource: at.analyst, scope: 'ask' });
      expect((await refused(own, { resource: at.reports }, 'planner-client')).why).toBe(
        'subject_token_of_requester',
      );
      const userinfo = await house.alices('', ['openid'], { resource: undefined as unknown as string });
      expect((await refused(userinfo, {})).why).toBe('not_the_audience');
    },
  );

  verifies(
    ['vestibule:exchange-default-deny', 'rfc8693:2.2.2:errors'],
    'is exchanged by nobody whom policy does not name',
    async () => {
      for (const [clientId, why, error] of [
        ['safe-server', 'grant_not_allowed', 'unauthorized_client'],
        ['demo-server', 'grant_not_allowed', 'unauthorized_client'],
        ['plain-client', 'nothing_delegated', 'unauthorized_client'],
      ] as const) {
        const outcome = await refused(sent, {}, clientId);
        expect([clientId, outcome.why, outcome.answer[1]]).toEqual([clientId, why, error]);
      }
      // Of kinds of subjects only those that the rule names: the analyst may not act at the planner for an agent.
      const agents = await house.agents('planner-client', { resource: at.analyst, scope: 'ask' });
      const { answer, why } = await refused(
        agents,
        { resource: at.planner, scope: 'plan' },
        'analyst-client',
      );
      expect([answer[1], why]).toEqual(['invalid_request', 'subject_kind_not_delegated']);
    },
  );

  verifies(
    'vestibule:exchange-default-deny',
    'is exchanged by no public client, and by none that is not who it says',
    async () => {
      const form = { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: sent };
      const all = { ...form, subject_token_type: accessToken, ...reader };
      expect(told(await house.client.token({ ...all, client_id: 'desk' }))).toEqual([
        400,
        'unauthorized_client',
        expect.any(String),
      ]);
      expect(told(await house.client.token({ ...all, client_id: 'reports-server' }))).toEqual([
        401,
        'invalid_client',
        expect.any(String),
      ]);
      expect(told(await house.client.token(all))).toEqual([401, 'invalid_client', expect.any(String)]);
    },
  );
});

describe('the scope of an exchanged token', () => {
  verifies(
    ['rfc8693:4.2:scope', 'vestibule:exchange-scope'],
    'is never more than its parent holds, policy derives and the person holds at the target',
    async () => {
      const writes = await house.alices(at.reports, ['reports:write']);
      // The rule gives ledger:write for it, and alice keeps no books.
      expect((await house.exchange('reports-server', writes, { resource: at.ledger })).body['scope']).toBe(
        'ledger:read',
      );
      expect((await refused(writes, { scope: 'ledger:write' })).why).toBe('scope_not_delegated');
      const bookkeeper = { person: { ...alice, roles: ['everyone', 'bookkeepers'] } };
      const hers = await house.alices(at.reports, ['reports:write'], bookkeeper);
      expect((await house.exchange('reports-server', hers, { resource: at.ledger })).body['scope']).toBe(
        'ledger:read ledger:write',
      );
      const nobody = { person: { ...alice, roles: [] } };
      const none = await house.alices(at.reports, ['reports:read'], nobody);
      expect((await refused(none, {})).why).toBe('scope_not_held');
      // Of a scope from which nothing is derived, nothing comes.
      const deep = await house.alices(at.planner, ['plan:deep']);
      expect((await refused(deep, { resource: at.reports, scope: undefined }, 'planner-client')).why).toBe(
        'scope_not_held',
      );
    },
  );
});

describe('a chain', () => {
  verifies('vestibule:exchange-chain', 'goes through nobody twice', async () => {
    const first = await house.alices(at.planner, ['plan']);
    const second = await house.exchanged('planner-client', first, { resource: at.analyst });
    const third = await house.exchanged('analyst-client', second, { resource: at.planner });
    const { answer, why } = await refused(third, { resource: at.analyst, scope: 'ask' }, 'planner-client');
    expect([answer[0], answer[1], why]).toEqual([400, 'invalid_request', 'chain_loop']);
  });
});
