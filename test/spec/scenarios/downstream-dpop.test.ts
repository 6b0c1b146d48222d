import { afterEach, describe, expect } from 'vitest';
import type { ProofJudge } from '../../support/proof-judge.ts';
import { startApiProviders, type StrategyName } from '../support/api-providers.ts';
import { forThisFile } from '../support/this-file.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const signIns = '/oauth2/default/token';
const org = '/oauth2/v1/token';
const own = '/oauth2/default/v1/token';
const other = '/oauth2/files/v1/token';

/** An Okta that demands proofs at its org and at one of its servers, and is shown a key wherever that is not for others. */
const office = forThisFile(() => startApiProviders({ okta: [org, other] }));

afterEach(() => {
  judge().neverContent(false);
  office.play('okta');
  office.exchanges.okta.play();
});

function judge(): ProofJudge {
  const { okta } = office.proofs;
  if (okta === undefined) throw new Error('Okta demands no proofs');
  return okta;
}

/** What came to Okta while a token of the API was asked for: the paths, those of requests with a proof, and the answer. */
async function asking(api: StrategyName) {
  const before = judge().seen.length;
  const answer = await office.exchange(api);
  const seen = judge().seen.slice(before);
  const proven = seen.filter(({ proof }) => proof);
  return { answer, paths: seen.map(({ path }) => path), proven: proven.map(({ path }) => path) };
}

const times = (path: string, paths: readonly string[]): number =>
  paths.filter((each) => each === path).length;

const given = {
  told: 'exchanged',
  token: { accessToken: expect.stringMatching(/^api-canary-/) as string, scopes: ['read'] },
};

/** The codes of what the doctor finds of each API. */
async function doctor(): Promise<Readonly<Record<string, readonly string[]>>> {
  const { out } = await vestibule(office.deployment, ['idp', 'doctor', 'okta', '--json']);
  const { checks } = JSON.parse(out) as {
    readonly checks: readonly {
      readonly of?: string;
      readonly findings: readonly { readonly code: string }[];
    }[];
  };
  return Object.fromEntries(
    checks.flatMap(({ of, findings }) => (of === undefined ? [] : [[of, findings.map(({ code }) => code)]])),
  );
}

describe('a grant of identity, which we alone present', () => {
  verifies(
    ['rfc9449:8:upstream-nonce', 'vestibule:api-proofs'],
    'is asked for with a proof, again with the nonce, and the token of the API without one',
    async () => {
      for (const round of ['first', 'second']) {
        judge().renewNonce();
        const taken = judge().taken.length;
        const { answer, paths, proven } = await asking('oktaAgent');
        expect([round, answer]).toMatchObject([round, given]);
        // The code, and the refresh whose id_token is presented.
        expect(proven).toEqual([signIns, signIns, org, org]);
        expect(times('/as/token', paths)).toBe(1);
        expect(
          judge()
            .taken.slice(taken)
            .map(({ path }) => path),
        ).toEqual([org]);
      }
    },
  );

  verifies('vestibule:api-proofs', 'is asked for twice where no proof is taken, and no more', async () => {
    judge().neverContent(true);
    const { answer, paths } = await asking('oktaAgent');
    expect(answer).toEqual({
      told: 'not_exchanged',
      refusal: {
        ...{ kind: 'refused', error: 'use_dpop_nonce', fault: 'dpop_proof_refused' },
        fix: expect.stringMatching(/ES256/) as string,
      },
    });
    expect(times(org, paths)).toBe(2);
    expect((await doctor())['oktaAgent']).toContain('dpop_proof_refused');
  });
});

describe('a token of an API, which others use', () => {
  verifies('vestibule:api-proofs', 'is asked for without a proof, and comes bound to no key', async () => {
    const { answer, paths, proven } = await asking('okta');
    expect(answer).toMatchObject(given);
    expect(times(own, paths)).toBe(1);
    expect(proven).toEqual([signIns, signIns]);
    expect((await doctor())['okta']).toEqual([]);
  });

  verifies(
    ['vestibule:api-proofs', 'vestibule:doctor-apis'],
    'is not to be had where a proof is demanded for it, and what to change is told',
    async () => {
      const { answer, paths, proven } = await asking('oktaOther');
      expect(answer).toEqual({
        told: 'not_exchanged',
        refusal: {
          ...{ kind: 'refused', error: 'invalid_dpop_proof', fault: 'exchanged_tokens_bound' },
          fix: expect.stringMatching(
            /^Do not require .* \(DPoP\) of the client service, .*: Okta Admin/,
          ) as string,
        },
      });
      expect(times(other, paths)).toBe(1);
      expect(proven).toEqual([signIns, signIns]);
      expect(await doctor()).toEqual({
        ...{ okta: [], oktaOther: ['exchanged_tokens_bound'] },
        // Okta knows agents by keys, and here there is none.
        oktaAgent: ['exchange_key_missing'],
      });
    },
  );

  verifies(
    'vestibule:api-proofs',
    'is not asked for again where a nonce for the proof is offered',
    async () => {
      const answers = {
        '/v1/token': { status: 400, body: { error: 'use_dpop_nonce' }, headers: { 'dpop-nonce': 'n' } },
      };
      office.play('okta', { answers });
      const before = office.idps.okta.requests.length;
      expect((await asking('okta')).answer).toMatchObject({ refusal: { fault: 'exchanged_tokens_bound' } });
      const paths = office.idps.okta.requests.slice(before).map(({ path }) => path);
      expect(times('/v1/token', paths)).toBe(1);
    },
  );

  verifies('vestibule:api-proofs', 'is passed on to nobody where it is bound all the same', async () => {
    office.exchanges.okta.play(() => office.exchanges.okta.give({ token_type: 'DPoP' }));
    expect((await asking('okta')).answer).toMatchObject({
      told: 'not_exchanged',
      refusal: { error: 'token_bound_to_another_key', fault: 'exchanged_tokens_bound' },
    });
  });
});
