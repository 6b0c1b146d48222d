import { decodeJwt } from 'jose';
import { describe, expect } from 'vitest';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { auth0, cognito, keycloak, okta, ping } from '../../support/played-profiles.ts';
import { eventsSince } from '../support/people.ts';
import { type ProviderId, startPlayedProviders } from '../support/played-providers.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = forThisFile(startPlayedProviders);

/** What somebody holds, and what their access token says, who signs in where it is played so. */
async function granted(
  idp: ProviderId,
  behaviour: Behaviour,
  changes: Readonly<Record<string, string>> = {},
) {
  office.idps[idp].play(behaviour);
  const told = await office.told(idp, changes);
  const code = told.get('code');
  if (code === null) throw new Error(`no code: ${told.toString()}`);
  const { body } = await office.redeem(code);
  const { sub, acr } = decodeJwt(String(body['access_token']));
  return { scope: body['scope'], sub, acr, refreshToken: body['refresh_token'] };
}

/** What the client hears, and what the audit trail says of where it comes from. */
async function refused(idp: ProviderId, behaviour: Behaviour, acrValues: string): Promise<unknown> {
  office.idps[idp].play(behaviour);
  const from = office.company.log.length;
  const error = (await office.told(idp, { acr_values: acrValues })).get('error');
  const event = eventsSince(office.company, from).find(({ event: name }) => name === 'authorization_refused');
  expect([event?.['error'], event?.['fix']]).toEqual([error, expect.any(String)]);
  return [error, event?.['finding']];
}

/** Why nobody signed in, as the audit trail has it. */
async function failure(idp: ProviderId, behaviour: Behaviour): Promise<unknown> {
  office.idps[idp].play(behaviour);
  const from = office.company.log.length;
  expect((await office.told(idp)).get('error')).toBe('temporarily_unavailable');
  return eventsSince(office.company, from).find(({ event }) => event === 'sign_in_failed')?.['detail'];
}

function sent(idp: ProviderId): Readonly<Record<string, string>> {
  return office.idps[idp].requests.findLast(({ path }) => path === '/authorize')!.parameters;
}

const all = 'tools:read tools:write';
const unmet = ['unmet_authentication_requirements', 'authentication_unmet'];

describe('Okta', () => {
  verifies('vestibule:profile-quirks', 'tells groups of an org at its userinfo endpoint', async () => {
    expect(await granted('oktaOrg', okta(['staff']))).toMatchObject({ scope: all });
    expect(sent('oktaOrg')['scope']).toBe('openid profile email groups offline_access');
    expect(await granted('oktaOrg', okta(['guests']))).toMatchObject({ scope: 'tools:read' });
    // ok-groups: a custom authorization server has the claim in the id_token, and no scope of that name.
    const server = okta([], { person: { sub: '00u1', groups: ['staff'] }, userinfo: { sub: '00u1' } });
    expect(await granted('oktaServer', server)).toMatchObject({ scope: all });
    expect(sent('oktaServer')['scope']).toBe('openid profile email offline_access');
  });

  verifies(
    ['vestibule:step-up', 'rfc9470:5:unmet'],
    'ignores a level that it does not know, and refuses one that it cannot reach',
    async () => {
      expect(await granted('oktaServer', okta([]), { acr_values: 'mfa' })).toMatchObject({ acr: 'mfa' });
      expect(sent('oktaServer')['acr_values']).toBe('urn:okta:loa:2fa:any');
      expect(await refused('oktaServer', okta([], { cannot: 'urn:okta:loa:2fa:any' }), 'mfa')).toEqual(unmet);
      expect(await refused('oktaServer', okta([]), 'gold')).toEqual(unmet);
      expect(await refused('oktaOrg', okta([]), 'gold')).toEqual(unmet);
      expect(await granted('oktaOrg', okta([]), { acr_values: 'gold phr' })).toMatchObject({ acr: 'phr' });
    },
  );
});

describe('Amazon Cognito', () => {
  const pool = (person: Readonly<Record<string, unknown>> = {}) => cognito(office.ports.cognito, person);

  verifies(
    'vestibule:profile-quirks',
    'has its endpoints elsewhere, and groups under a name of its own',
    async () => {
      expect(await granted('cognito', pool())).toMatchObject({ scope: all });
      // It refuses a scope that it does not know, and gives a refresh token without.
      expect(sent('cognito')['scope']).toBe('openid profile email');
      const { scope, refreshToken } = await granted('cognito', pool({ 'cognito:groups': undefined }));
      expect([scope, typeof refreshToken]).toEqual(['tools:read', 'string']);
    },
  );

  verifies('vestibule:profile-quirks', 'signs nobody in by an access token', async () => {
    for (const use of ['access', undefined]) {
      expect(await failure('cognito', pool({ token_use: use }))).toContain('token_use is not id');
    }
  });

  verifies(
    ['vestibule:profile-quirks', 'vestibule:standing-lost-reply'],
    'goes on for nobody by an access token, which costs nobody what came along with it',
    async () => {
      const { refreshToken } = await granted('cognito', pool());
      for (const [use, status] of [
        ['access', 503],
        ['id', 200],
      ] as const) {
        office.company.run.clock.advance(61);
        office.idps.cognito.play(pool({ token_use: use }));
        expect([use, (await office.refresh(refreshToken)).status]).toEqual([use, status]);
      }
    },
  );

  verifies('vestibule:step-up', 'can be asked for nothing but a new sign-in', async () => {
    expect(await refused('cognito', pool({ acr: 'mfa' }), 'mfa')).toEqual([unmet[0], 'acr_unsupported']);
    expect(sent('cognito')).not.toHaveProperty('acr_values');
    await granted('cognito', pool(), { max_age: '0' });
    expect(sent('cognito')).toMatchObject({ prompt: 'login' });
    expect(sent('cognito')).not.toHaveProperty('max_age');
  });
});

describe('Auth0', () => {
  verifies('vestibule:profile-quirks', 'has an issuer that ends in a slash, and roles at a URL', async () => {
    expect(office.idps.auth0.issuer.endsWith('/')).toBe(true);
    expect(await granted('auth0', auth0(['staff']))).toMatchObject({ scope: all });
    expect(await granted('auth0', auth0([]))).toMatchObject({ scope: 'tools:read' });
  });

  verifies('vestibule:step-up', 'tells a second factor by amr alone', async () => {
    const pape = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
    expect(await granted('auth0', auth0([], { amr: ['mfa'] }), { acr_values: 'mfa' })).toMatchObject({
      acr: 'mfa',
    });
    expect(sent('auth0')['acr_values']).toBe(pape);
    // It echoes what was asked where no Action asks for the factor.
    expect(await refused('auth0', auth0([], { acr: pape }), 'mfa')).toEqual(unmet);
    expect(await refused('auth0', auth0([], { acr: pape, amr: ['pwd'] }), 'mfa')).toEqual(unmet);
  });
});

describe('Keycloak', () => {
  verifies('vestibule:profile-quirks', 'is told by its issuer, and has roles inside a claim', async () => {
    expect(await granted('keycloak', keycloak(['staff']))).toMatchObject({ scope: all });
    expect(await granted('keycloak', keycloak([]))).toMatchObject({ scope: 'tools:read' });
  });

  verifies(
    ['vestibule:step-up', 'vestibule:doctor-audit'],
    'reaches a level, and with it those below',
    async () => {
      expect(await granted('keycloak', keycloak([], { acr: '3' }), { acr_values: '2' })).toMatchObject({
        acr: '2',
      });
      expect(sent('keycloak')['acr_values']).toBe('2');
      expect(await refused('keycloak', keycloak([], { acr: '1' }), '2')).toEqual(unmet);
      expect(await refused('keycloak', keycloak([], { acr: 3 }), '2')).toEqual(unmet);
      expect(await refused('keycloak', keycloak([], { acr: 'gold' }), '2')).toEqual(unmet);
    },
  );
});

describe('Ping', () => {
  verifies(
    ['vestibule:profile-quirks', 'vestibule:step-up'],
    'knows groups and policies by their names',
    async () => {
      expect(await granted('ping', ping(['staff']))).toMatchObject({ scope: all });
      expect(
        await granted('ping', ping([], { acr: 'Multi_Factor' }), { acr_values: 'Multi_Factor' }),
      ).toMatchObject({
        acr: 'Multi_Factor',
      });
      expect(await refused('ping', ping([], { acr: 'Single_Factor' }), 'Multi_Factor')).toEqual(unmet);
    },
  );
});

verifies('vestibule:persons', 'one subject at six identity providers is six persons', async () => {
  const everywhere: Behaviour = {
    person: { sub: 'ann', token_use: 'id', name: 'Ann', email: 'ann@example.com' },
  };
  const persons = new Set<unknown>();
  for (const idp of Object.keys(office.idps) as ProviderId[]) {
    const metadata = idp === 'cognito' ? cognito(office.ports.cognito).metadata : undefined;
    persons.add((await granted(idp, { ...everywhere, ...(metadata && { metadata, iss: null }) })).sub);
  }
  expect(persons.size).toBe(6);
});

verifies('rfc9470:5:unmet', 'a client that wants an id_token alone has a wish', async () => {
  office.idps.ping.play(ping([], { acr: 'Single_Factor' }));
  const wish = { scope: 'openid', resource: '', acr_values: 'Multi_Factor' };
  expect((await office.told('ping', wish)).get('error')).toBeNull();
});
