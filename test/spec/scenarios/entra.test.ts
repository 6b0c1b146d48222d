import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { consumers, contoso, editors, entra, fabrikam, graph, overage } from '../../support/played-entra.ts';
import type { Asked, Behaviour } from '../../support/played-idp/behaviour.ts';
import {
  answerTo,
  eventsSince,
  pageOf,
  press,
  pressLabel,
  requestOf,
  signIn,
  toldClient,
} from '../support/people.ts';
import { startPlayedOffice } from '../support/played-office.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(() =>
  startPlayedOffice({
    path: '/organizations/v2.0',
    idp: { profile: 'entra', tenants: [contoso, consumers], acr: { mfa: 'c1', 'phishing-resistant': 'c2' } },
    group: editors,
  }),
);

const both = { scope: 'tools:read tools:write' };
const origin = (): string => new URL(office.idp.issuer).origin;

function play(more: Parameters<typeof entra>[1] = {}): void {
  // What is remembered of the documents is ten minutes old.
  office.company.run.clock.advance(601);
  office.idp.play(entra(origin(), more));
}

async function tokens(changes: Readonly<Record<string, string>> = both) {
  return (await office.redeem(await office.code(changes))).body;
}

/** Why nobody signed in, as the audit trail has it; the person saw a page with a way to try again. */
async function failure(changes: Readonly<Record<string, string>> = both): Promise<unknown> {
  const from = office.company.log.length;
  const browser = createBrowser();
  const asked = pageOf(await answerTo(requestOf(office.company, changes), browser));
  const page = pageOf(await press(browser, asked, 'allow'));
  expect(page.text).toContain('Try again');
  const [failed, ...more] = eventsSince(office.company, from).filter(
    ({ event }) => event !== 'sign_in_started',
  );
  expect([failed?.['event'], more]).toEqual(['sign_in_failed', []]);
  return failed?.['detail'] ?? failed?.['dependency'];
}

describe('a tenant of Entra that the config names', () => {
  verifies('vestibule:profile-entra', 'has its people sign in, each by tenant and object id', async () => {
    const person = async (more: Parameters<typeof entra>[1]): Promise<unknown> => {
      play(more);
      return decodeJwt(String((await tokens())['access_token'])).sub;
    };
    const ann = await person({});
    expect(ann).toMatch(/^person\./);
    // `sub` is another one for each application.
    expect(await person({ person: { sub: 'other' } })).toBe(ann);
    expect(await person({ person: { oid: '00000000-0000-0000-66f3-000000000000' } })).not.toBe(ann);
    expect(await person({ tid: consumers })).not.toBe(ann);
  });

  verifies(
    'vestibule:profile-entra',
    'is asked for what it is known by, and proves its metadata by its template',
    async () => {
      play();
      await tokens();
      const { parameters } = office.idp.requests.findLast(({ path }) => path === '/authorize')!;
      expect(parameters['scope']).toBe('openid profile email User.Read offline_access');
      play({ metadata: { issuer: `${origin()}/${contoso}/v2.0` } });
      expect(await failure()).toBe('identity provider demo');
    },
  );
});

describe('another tenant of Entra', () => {
  verifies('vestibule:profile-entra', 'has nobody signed in, whatever is in its tokens', async () => {
    play({ tid: fabrikam });
    expect(await failure()).toBe('the claim tid is not_trusted');
  });

  verifies('vestibule:profile-entra', 'is none that a token makes up', async () => {
    const issuer = (tid: string): string => `${origin()}/${tid}/v2.0`;
    const wrong: readonly (readonly [object, string])[] = [
      // A tenant that is trusted, said by the issuer of another, and the other way round.
      [{ iss: issuer(fabrikam) }, 'unexpected JWT "iss" (issuer) claim value'],
      [{ tid: fabrikam, iss: issuer(contoso) }, 'unexpected JWT "iss" (issuer) claim value'],
      [{ iss: issuer('{tenantid}') }, 'unexpected JWT "iss" (issuer) claim value'],
      [{ tid: '{tenantid}', iss: issuer('{tenantid}') }, 'the id_token is of no tenant of the provider: tid'],
      [{ tid: `${contoso}/v2.0/../${fabrikam}` }, 'the id_token is of no tenant of the provider: tid'],
      [{ tid: [contoso] }, 'the id_token is of no tenant of the provider: tid'],
      [{ tid: undefined }, 'the id_token is of no tenant of the provider: tid'],
      [
        { tid: 'organizations', iss: issuer('organizations') },
        'the id_token is of no tenant of the provider: tid',
      ],
    ];
    for (const [person, detail] of wrong) {
      play({ person: { ...person } });
      expect([person, await failure()]).toEqual([person, detail]);
    }
  });

  verifies(
    ['vestibule:profile-entra', 'vestibule:standing-lost-reply'],
    'goes on for nobody, and costs nobody the token that was given in its name',
    async () => {
      play();
      const first = await tokens();
      for (const person of [{ tid: 'organizations' }, { ver: '1.0' }, { tid: fabrikam }]) {
        office.company.run.clock.advance(61);
        office.idp.play(entra(origin(), { person }));
        const answer = await office.refresh(first['refresh_token']);
        expect([person, answer.status]).toEqual([person, 503]);
      }
      office.company.run.clock.advance(61);
      play();
      expect(await office.refresh(first['refresh_token'])).toMatchObject({ status: 200 });
    },
  );

  verifies('vestibule:profile-entra', 'has no key for this one', async () => {
    const owned =
      (issuer: unknown): NonNullable<Behaviour['keys']> =>
      (keys) =>
        keys.map((key) => ({ ...key, issuer }));
    for (const issuer of [
      `${origin()}/${consumers}/v2.0`,
      'https://evil.example/{tenantid}/v2.0',
      undefined,
    ]) {
      play({ keys: owned(issuer) });
      expect([issuer, await failure()]).toEqual([issuer, 'id_token is signed by no key of the provider']);
    }
    // Two keys of one name: that of the tenant decides, wherever it stands.
    play({
      keys: (keys) => [
        ...owned(`${origin()}/${consumers}/v2.0`)(keys),
        ...owned(`${origin()}/${contoso}/v2.0`)(keys),
      ],
    });
    expect(await tokens()).toHaveProperty('access_token');
  });
});

describe('a token of Entra that is no id_token for us', () => {
  verifies('vestibule:profile-entra', 'is told as what it is', async () => {
    play({ header: { nonce: 'AQABAAAAAAD' } });
    expect(await failure()).toContain('the token is for Microsoft Graph (nonce in its header)');
    play({ person: { ver: '1.0', iss: `https://sts.windows.net/${contoso}/` } });
    expect(await failure()).toContain('the token is of version 1.0');
  });
});

describe('somebody of more groups than a token holds', () => {
  const evil = 'https://graph.windows.net/evil/users/x/getMemberObjects';
  const many = Array.from(
    { length: 2_500 },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );

  verifies('vestibule:graph-groups', 'has those that Microsoft Graph tells, of all its pages', async () => {
    const heard: Asked[] = [];
    play({ person: overage(evil), besides: graph(origin(), [many, many, [editors]], heard) });
    const body = await tokens();
    expect(body['scope']).toBe(both.scope);
    expect(heard.map(({ url, body: sent }) => [url.origin, sent])).toEqual(
      Array.from({ length: 3 }, () => [origin(), '{"securityEnabledOnly":false}']),
    );
    play({ person: { hasgroups: true }, besides: graph(origin(), [['another']]) });
    expect((await tokens())['scope']).toBe('tools:read');
  });

  verifies('vestibule:graph-groups', 'has those that it tells when a client goes on, too', async () => {
    play({ person: overage(evil), besides: graph(origin(), [[editors]]) });
    const first = await tokens();
    const refreshed = async (token: unknown) => {
      office.company.run.clock.advance(61);
      return office.refresh(token);
    };
    const second = await refreshed(first['refresh_token']);
    expect(second).toMatchObject({ status: 200, body: both });
    office.idp.play(entra(origin(), { person: overage(evil), besides: graph(origin(), [[]]) }));
    const third = await refreshed(second.body['refresh_token']);
    expect(third).toMatchObject({ status: 200, body: { scope: 'tools:read' } });
    office.idp.play(entra(origin(), { person: overage(evil), down: ['/v1.0/me/getMemberObjects'] }));
    expect(await refreshed(third.body['refresh_token'])).toMatchObject({
      ...{ status: 503, body: { error: 'temporarily_unavailable' } },
    });
    office.idp.play(entra(origin(), { person: overage(evil), besides: graph(origin(), [[editors]]) }));
    expect(await refreshed(third.body['refresh_token'])).toMatchObject({ status: 200, body: both });
  });

  verifies('vestibule:graph-groups', 'is signed in with all of their groups or not at all', async () => {
    const path = '/v1.0/me/getMemberObjects';
    const answering = (status: number, body: object): NonNullable<Behaviour['besides']> => ({
      [path]: () => ({ status, body }),
    });
    const silence = 'identity provider demo';
    const ways: readonly (readonly [Parameters<typeof entra>[1], string])[] = [
      [{ down: [path] }, silence],
      [{ mute: [path] }, silence],
      [{ huge: [path] }, silence],
      [{ besides: answering(429, {}) }, silence],
      [
        { besides: answering(403, { error: { code: 'Authorization_RequestDenied' } }) },
        'add the delegated permission User.Read',
      ],
      [{ besides: answering(200, { value: 'all' }) }, 'Microsoft Graph did not tell the groups'],
      [{ besides: answering(200, { value: [], '@odata.nextLink': evil }) }, 'has its next page elsewhere'],
      [
        { besides: answering(200, { value: [], '@odata.nextLink': `${origin()}${path}?again` }) },
        'more groups than there can be',
      ],
    ];
    for (const [way, detail] of ways) {
      play({ person: overage(evil), ...way });
      expect([way, await failure()]).toEqual([way, expect.stringContaining(detail)]);
    }
  });

  verifies('vestibule:graph-groups', 'presses once more when Graph answers again', async () => {
    play({ person: overage(evil), down: ['/v1.0/me/getMemberObjects'] });
    const browser = createBrowser();
    const asked = pageOf(await answerTo(requestOf(office.company, both), browser));
    const page = pageOf(await press(browser, asked, 'allow'));
    expect(page.status).toBe(503);
    office.idp.play(entra(origin(), { person: overage(evil), besides: graph(origin(), [[editors]]) }));
    const code = toldClient(await pressLabel(browser, page, 'Try again')).get('code');
    expect((await office.redeem(code ?? '')).body).toMatchObject(both);
  });

  verifies('vestibule:graph-groups', 'is the only one for whom Graph is asked', async () => {
    const before = office.idp.requests.length;
    play({ person: { groups: [editors] } });
    expect((await tokens())['scope']).toBe(both.scope);
    play();
    expect((await tokens())['scope']).toBe('tools:read');
    const asked = office.idp.requests.slice(before).filter(({ path }) => path.startsWith('/v1.0/'));
    expect(asked.map(({ path }) => path)).toEqual([]);
  });
});

describe('step-up at Entra', () => {
  const sent = (): Readonly<Record<string, string>> =>
    office.idp.requests.findLast(({ path }) => path === '/authorize')!.parameters;

  verifies(
    ['vestibule:step-up', 'rfc9470:5:unmet'],
    'is an authentication context, and what comes back decides',
    async () => {
      // en-actx: an essential claim `acrs` is asked for, and the token lists what was reached.
      play({ person: { acrs: ['c2', 'c1'] } });
      const body = await tokens({ scope: 'openid tools:read', acr_values: 'mfa' });
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ acr: 'mfa' });
      expect(decodeJwt(String(body['id_token']))).toMatchObject({ acr: 'mfa' });
      expect(sent()['claims']).toBe('{"id_token":{"acrs":{"essential":true,"value":"c1"}}}');
      expect(sent()).not.toHaveProperty('acr_values');
      for (const person of [{}, { acrs: ['c2'] }, { acr: 'mfa' }, { acr: '1', acrs: 'c' }]) {
        play({ person });
        const told = await signIn(requestOf(office.company, { acr_values: 'mfa' }));
        expect([person, told.get('error'), told.get('state')]).toEqual([
          ...[person, 'unmet_authentication_requirements', 'state-of-desk'],
        ]);
      }
    },
  );

  verifies(
    'vestibule:step-up',
    'takes of several values the first that is reached, and none that has no name',
    async () => {
      play({ person: { acrs: ['c2'] } });
      const body = await tokens({ acr_values: 'c2 gold mfa phishing-resistant' });
      expect(decodeJwt(String(body['access_token']))['acr']).toBe('phishing-resistant');
      expect(sent()['claims']).toContain('"c1"');
      const from = office.company.log.length;
      expect((await signIn(requestOf(office.company, { acr_values: 'c2' }))).get('error')).toBe(
        'unmet_authentication_requirements',
      );
      expect(eventsSince(office.company, from)).toContainEqual(
        expect.objectContaining({
          ...{ event: 'authorization_refused', reason: 'acr_unmet', finding: 'acr_unnamed' },
          fix: expect.stringContaining('one of mfa, phishing-resistant') as string,
        }),
      );
      expect(sent()).not.toHaveProperty('claims');
    },
  );

  verifies(
    'vestibule:api-challenge',
    'is what Entra itself has asked for, as it is, and nothing else of what a client says is wanted',
    async () => {
      const policy = { capolids: { essential: true, values: ['3f2504e0-4f89-11d3-9a0c-0305e82c3301'] } };
      const others = { upn: { value: 'eve@contoso.com' }, xms_cc: { values: ['cp1'] } };
      await tokens({ claims: JSON.stringify({ access_token: { ...policy, ...others } }) });
      expect(sent()['claims']).toBe(JSON.stringify({ access_token: policy }));
      await tokens({ claims: JSON.stringify({ access_token: { capolids: { values: ['a b'] } } }) });
      expect(sent()).not.toHaveProperty('claims');
    },
  );

  verifies(
    'vestibule:step-up',
    'asks for a new sign-in by prompt, and never for an account and a hint at once',
    async () => {
      play();
      await signIn(requestOf(office.company, { max_age: '0' }));
      expect(sent()).toMatchObject({ prompt: 'login', max_age: '0' });
      await signIn(requestOf(office.company, { prompt: 'select_account', login_hint: 'ann@contoso.com' }));
      expect(sent()).not.toHaveProperty('login_hint');
      await signIn(requestOf(office.company, { login_hint: 'ann@contoso.com' }));
      expect(sent()).toMatchObject({ login_hint: 'ann@contoso.com' });
    },
  );
});

verifies('vestibule:upstream-secrets', 'no log holds a code or a token of Entra', () => {
  expect(office.idp.given.length).toBeGreaterThan(50);
  const log = office.company.log.join('\n');
  for (const canary of office.idp.given) expect(log).not.toContain(canary);
});
