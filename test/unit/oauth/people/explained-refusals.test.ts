import { expect, it } from 'vitest';
import { explainRefusal } from '../../../../lambdas/oauth/people/diagnosis/explain-refusal.ts';
import { stranger } from '../../../../lambdas/oauth/people/diagnosis/provider.ts';
import { profileOf } from '../../../../lambdas/oauth/people/profiles/profile-of.ts';

const entra = stranger('https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0');
const cognito = stranger('https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc');

function findingOf(idp: typeof entra, detail: string | undefined): readonly string[] {
  const { code, fix } = explainRefusal(idp, 'company', {
    reason: 'upstream_answer_invalid',
    detail: detail ?? '',
  });
  return [code, fix];
}

it('explains what the profiles find wrong with an id_token', () => {
  const ofEntra = profileOf(entra).idTokenProblem;
  expect(findingOf(entra, ofEntra({ nonce: 'n' }, {}))[0]).toBe('token_for_graph');
  expect(findingOf(entra, ofEntra({}, { ver: '1.0' }))[0]).toBe('token_version_1');
  expect(findingOf(cognito, profileOf(cognito).idTokenProblem({}, { token_use: 'access' }))[0]).toBe(
    'token_use',
  );
});

it('explains what Microsoft Graph keeps to itself', () => {
  const told =
    'the person is in more groups than a token tells, and Microsoft Graph does not tell them: add …';
  expect(findingOf(entra, told)).toEqual(['graph_permission_missing', expect.stringContaining('User.Read')]);
  expect(findingOf(entra, 'Microsoft Graph tells more groups than there can be')[0]).toBe('groups_overage');
});

it('explains whom the config does not trust, and what names nobody', () => {
  expect(findingOf(entra, 'the id_token is of no tenant of the provider: tid')[0]).toBe('tenant_not_allowed');
  expect(findingOf(entra, 'the claim tid is not_trusted')[0]).toBe('tenant_not_allowed');
  expect(findingOf(entra, 'the claim oid is missing')).toEqual([
    'claim_missing',
    expect.stringContaining('scope profile'),
  ]);
  expect(findingOf(cognito, 'the claim sub is not_text')[0]).toBe('claim_missing');
});

it('sends whoever meets something unheard of to the doctor', () => {
  const [code, fix] = findingOf(entra, 'a sentence of tomorrow');
  expect(code).toBe('answer_unusable');
  expect(fix).toContain('idp doctor company');
});
