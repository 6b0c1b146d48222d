import { describe, expect } from 'vitest';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { createBrowser } from '../../support/browser-player.ts';
import { answerTo, pageOf, press, requestOf, toldClient } from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();

/** What the provider says of a person, and nobody here repeats. */
const canary = 'alice.canary@example.com';

interface Fault {
  readonly event: string;
  readonly finding: string;
  readonly fix: string;
}

/** The audit events of a provider's fault since then. */
function faultsSince(start: number): readonly Fault[] {
  return office.company.log.slice(start).flatMap((line) => {
    const { audit } = JSON.parse(/\{.*\}/.exec(line)?.[0] ?? '{}') as { readonly audit?: Fault };
    return audit?.finding === undefined ? [] : [audit];
  });
}

async function signsInAt(behaviour: Behaviour): Promise<readonly Fault[]> {
  office.idp.play(behaviour);
  const before = office.company.log.length;
  const browser = createBrowser();
  const page = pageOf(await answerTo(requestOf(office.company), browser));
  await press(browser, page, 'allow');
  return faultsSince(before);
}

function refusing(error: string, description: string): Behaviour {
  const body = { error, error_description: `${description} of ${canary}` };
  return { answers: { '/token': { status: 400, body } } };
}

const claims = (changed: Readonly<Record<string, unknown>>): Behaviour => ({
  claims: (honest) => ({ ...honest, ...changed }),
});

/** Tells of a person by its userinfo endpoint alone, which answers so. */
function thin(answer: NonNullable<Behaviour['answers']>[string]): Behaviour {
  return { person: { sub: 'ann' }, answers: { '/userinfo': answer } };
}
const headers = { 'www-authenticate': `Bearer error="invalid_token", error_description="${canary}"` };

describe('the audit event of a refused sign-in', () => {
  const faults: readonly (readonly [finding: string, fix: RegExp, Behaviour])[] = [
    [
      'admin_consent_missing',
      /adminconsent\?client_id=vestibule/,
      refusing('invalid_grant', 'AADSTS65001: no consent'),
    ],
    [
      'redirect_uri_of_spa',
      /Single-page application/,
      refusing('invalid_request', 'AADSTS9002327: cross-origin'),
    ],
    ['person_not_assigned', /Users and groups/, refusing('invalid_grant', 'AADSTS50105: not assigned')],
    ['provider_refused', /error\?code=12345/, refusing('invalid_grant', 'AADSTS12345: who knows')],
    ['client_secret_refused', /IdpSecret/, refusing('invalid_client', 'wrong')],
    [
      'client_secret_refused',
      /IdpSecret/,
      // Keycloak: a wrong secret is an unauthorized client.
      { answers: { '/token': { status: 401, body: { error: 'unauthorized_client' } } } },
    ],
    ['grant_not_allowed', /authorization_code/, refusing('unauthorized_client', 'no such grant')],
    ['offline_access_not_allowed', /default-roles/, refusing('not_allowed', 'Offline tokens not allowed')],
    ['dpop_required', /DPoP/, refusing('use_dpop_nonce', 'a nonce')],
    ['code_refused', /Sign in again/, refusing('invalid_grant', 'too late')],
    ['issuer_mismatch', /exactly as its id_tokens do/, claims({ iss: 'https://other.example.com' })],
    ['audience_mismatch', /clientId/, claims({ aud: canary })],
    ['clock_skew', /NTP/, { ahead: 600 }],
    ['clock_skew', /NTP/, { ahead: -4_000 }],
    ['algorithm_unsupported', /RS256/, { signing: 'HS256' }],
    ['signature_unknown', /jwks_uri/, { signing: 'stranger' }],
    ['answered_by_another', /redirect URI/, { iss: 'https://other.example.com' }],
    ['id_token_missing', /openid/, { tokens: { id_token: undefined } }],
    ['provider_unavailable', /idp doctor demo/, { answers: { '/token': { status: 503, body: {} } } }],
    ['userinfo_refused', /groups and addresses put into id_tokens/, thin({ status: 401, body: {}, headers })],
    ['userinfo_refused', /groups and addresses/, thin({ status: 403, body: { error: canary } })],
    ['answer_unusable', /idp doctor demo/, claims({ at_hash: 'another' })],
  ];

  verifies(
    'vestibule:doctor-audit',
    'tells what it comes from and where it is mended',
    async () => {
      for (const [finding, fix, behaviour] of faults) {
        const told = await signsInAt(behaviour);
        expect(told.map((fault) => [fault.event, fault.finding])).toEqual([['sign_in_failed', finding]]);
        expect(told[0]?.fix).toMatch(fix);
      }
    },
    60_000,
  );

  verifies('vestibule:doctor-audit', 'tells it too where the client is told', async () => {
    const denied = await signsInAt({ error: 'access_denied' });
    expect(denied).toMatchObject([{ event: 'authorization_refused', finding: 'access_denied' }]);
    office.idp.play({ error: 'consent_required' });
    const before = office.company.log.length;
    const silent = requestOf(office.company, { client_id: 'house', prompt: 'none' });
    expect(toldClient(await answerTo(silent)).get('error')).toBe('interaction_required');
    expect(faultsSince(before)).toMatchObject([
      { event: 'authorization_refused', finding: 'consent_missing' },
    ]);
  });

  verifies('vestibule:doctor-audit', 'holds nothing that the provider said of a person', () => {
    expect(office.company.log.join('\n')).not.toContain(canary);
    for (const given of office.idp.given) expect(office.company.log.join('\n')).not.toContain(given);
  });
});
