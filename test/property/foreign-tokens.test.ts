import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { anchorKeys } from '../../lambdas/oauth/anchors/anchor-keys.ts';
import { foreignKinds } from '../../lambdas/ports/trust-anchors.ts';
import {
  aForeignIssuer,
  aKeyHost,
  anAnchor,
  type ForeignIssuer,
  someKeptKeys,
  verifierOf,
} from '../unit/oauth/a-foreign-issuer.ts';
import { now } from '../unit/oauth/mothers.ts';

let issuer: ForeignIssuer;

beforeAll(async () => {
  issuer = await aForeignIssuer('ES256');
});

function verifier() {
  const host = aKeyHost(issuer.jwk);
  return verifierOf(host, [anAnchor({ accepts: foreignKinds })], anchorKeys(host, someKeptKeys()));
}

const anyKinds = fc.uniqueArray(fc.constantFrom(...foreignKinds));
const part = fc.oneof(
  fc.base64String(),
  fc.json().map((text) => Buffer.from(text).toString('base64url')),
  fc.constantFrom('', '.', '{}', 'bnVsbA', 'W10'),
);

describe('whatever is sent as a token of somebody else', () => {
  it('is answered by a refusal, and by nothing else', async () => {
    const verify = verifier();
    const texts = fc.oneof(
      fc.string(),
      fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(texts, anyKinds, async (text, kinds) => {
        expect((await verify(text, kinds, now)).ok).toBe(false);
      }),
    );
  });

  it('is refused once a character of it is another', async () => {
    const verify = verifier();
    const token = await issuer.token();
    expect((await verify(token, ['access_token'], now)).ok).toBe(true);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    await fc.assert(
      fc.asyncProperty(
        // The last character of a signature has bits that say nothing.
        fc.nat({ max: token.length - 2 }),
        fc.constantFrom(...Array.from(alphabet)),
        async (position, character) => {
          fc.pre(token[position] !== character);
          const other = `${token.slice(0, position)}${character}${token.slice(position + 1)}`;
          expect((await verify(other, ['access_token'], now)).ok).toBe(false);
        },
      ),
    );
  });

  it('counts for no claim that is of another form, signed as it may be', async () => {
    const verify = verifier();
    const claims = fc.record(
      {
        iss: fc.jsonValue(),
        sub: fc.jsonValue(),
        aud: fc.jsonValue(),
        exp: fc.jsonValue(),
        iat: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(claims, async (said) => {
        const verified = await verify(await issuer.token({ claims: said }), ['access_token'], now);
        if (!verified.ok) return;
        const { claims: taken } = verified.value;
        expect([typeof taken['sub'], typeof taken['exp'], typeof taken['iat']]).toEqual([
          'string',
          'number',
          'number',
        ]);
      }),
    );
  });
});
