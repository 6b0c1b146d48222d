import { expect, it } from 'vitest';
import { newFamily, writeRefreshToken } from '../../../lambdas/oauth/grants/family.ts';
import { newGrantId } from '../../../lambdas/oauth/grants/issue-code.ts';
import type { StoredGrant } from '../../../lambdas/ports/grants.ts';
import type { ClientId } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aGrant } from '../../contract/store/mothers.ts';
import { aTokenJudge, type TokenJudge } from './a-token-judge.ts';
import { now, theSecret } from './mothers.ts';

const id = newGrantId(systemRandom);
const { family, token } = newFamily(id, { life: { idle: 60, absolute: 90 }, random: systemRandom }, { now });
const terms = { ...aGrant().terms, id, clientId: 'planner-client' as ClientId, keptUpstream: true };
const kept: StoredGrant = { ...aGrant({ terms }), family };

async function revoked(judge: TokenJudge, presented = token): Promise<unknown> {
  const outcome = await judge.revoke(
    {
      parameters: { values: new Map([['token', writeRefreshToken(presented).reveal()]]), resources: [] },
      authorization: { kind: 'basic', clientId: 'planner-client', secret: new Secret(theSecret) },
      ...{ requestId: 'request-1', sourceAddress: '192.0.2.1' },
    },
    now,
  );
  return outcome.ok ? outcome.value : outcome.refusal;
}

it('ends the grant of a refresh token, and forgets what was kept for it upstream', async () => {
  const judge = aTokenJudge({ kept });
  expect(await revoked(judge)).toEqual({ revoked: true, grantId: id });
  expect(judge.ended).toEqual([[id, 'revoked']]);
  expect(judge.forgotten).toEqual([id]);
  expect(judge.audited).toMatchObject([
    { event: 'grant_revoked', grantId: id, clientId: 'planner-client', requestId: 'request-1' },
  ]);
});

it('ends the grant of a refresh token that was replaced long ago', async () => {
  const judge = aTokenJudge({ kept: { ...kept, family: { ...family, generation: 9, current: 'another' } } });
  expect(await revoked(judge)).toEqual({ revoked: true, grantId: id });
});

it('asks again to forget what is kept upstream, where the grant ended before', async () => {
  const judge = aTokenJudge({ kept: { ...kept, ended: { at: now, reason: 'revoked' } } });
  expect(await revoked(judge)).toEqual({ revoked: false, reason: 'ended_before' });
  expect(judge.forgotten).toEqual([id]);
});

it.each([
  [
    'of another client',
    { kept: { ...kept, terms: { ...terms, clientId: 'other' as ClientId } } },
    token,
    'other_client',
  ],
  ['of a grant that is gone', {}, token, 'refresh_token_unknown'],
  ['whose code was not redeemed', { kept: aGrant({ terms }) }, token, 'refresh_token_unknown'],
  ['of another family', { kept }, { ...token, family: 'x'.repeat(43) }, 'refresh_token_unknown'],
])('ends nothing for a refresh token %s', async (_what, input, presented, reason) => {
  const judge = aTokenJudge(input);
  expect(await revoked(judge, presented)).toEqual({ revoked: false, reason });
  expect([judge.ended, judge.forgotten]).toEqual([[], []]);
  expect(judge.audited).toMatchObject([{ event: 'revocation_refused', reason }]);
});
