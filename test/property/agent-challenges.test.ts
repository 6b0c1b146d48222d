import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { challengeOf } from '../../lambdas/agent/challenge.ts';
import { verifies } from '../spec/verifies.ts';

const tokenText = fc.stringMatching(/^[!#$%&'*+.^_`|~\w-]{1,12}$/);
/** What can stand between quotes in a header, those and backslashes among it. */
const quotable = fc.stringMatching(/^[\x20-\x7e]{0,30}$/);

const parameters = fc.record(
  { error: tokenText, scope: quotable, resource_metadata: quotable },
  { requiredKeys: [] },
);
const scheme = fc.constantFrom('Bearer', 'bearer', 'DPoP', 'dpop');
const foreign = fc.constantFrom(
  'Negotiate YII/a+b==',
  'Basic realm="of, Bearer error=\\"x\\""',
  'Digest qop="auth", nonce=abc',
  'GNAP',
);

function written(values: Readonly<Record<string, string | undefined>>, bare: boolean): string {
  return Object.entries(values)
    .map(([name, value = '']) => {
      const plain = bare && /^[!#$%&'*+.^_`|~\w-]+$/.test(value);
      return plain ? `${name}=${value}` : `${name.toUpperCase()} = "${value.replaceAll(/["\\]/g, '\\$&')}"`;
    })
    .join(' , ');
}

const refusal = (header: string) =>
  new Response(null, { status: 401, headers: { 'www-authenticate': header } });

describe('the challenge of a refusal', () => {
  verifies(
    'rfc9110:11.6.1:many-challenges',
    'is read as it was written, whatever other schemes stand beside it',
    () => {
      fc.assert(
        fc.property(
          scheme,
          parameters,
          fc.array(foreign),
          fc.array(foreign),
          fc.boolean(),
          (name, values, before, after, bare) => {
            const header = [...before, `${name} ${written(values, bare)}`.trim(), ...after].join(', ');
            const { error, scope, resource_metadata: resourceMetadata } = values;
            expect(challengeOf(refusal(header))).toEqual({
              scheme: name.toLowerCase(),
              error,
              scope,
              resourceMetadata,
            });
          },
        ),
      );
    },
  );

  it('is that for proofs of a key, where there are both', () => {
    const header = 'Bearer error="invalid_token", DPoP error="use_dpop_nonce"';
    expect(challengeOf(refusal(header))).toMatchObject({ scheme: 'dpop', error: 'use_dpop_nonce' });
  });

  it('is none, or some, for any text, and never an exception', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]*$/), (text) => {
        expect(() => challengeOf(refusal(text.trim()))).not.toThrow();
      }),
    );
    expect(challengeOf(refusal(`Bearer error="${'x'.repeat(9_000)}"`))).toBeUndefined();
    expect(challengeOf(new Response(null))).toBeUndefined();
  });

  it('says a thing once: the first counts', () => {
    expect(challengeOf(refusal('Bearer scope="a", scope="b"'))).toMatchObject({ scope: 'a' });
  });
});
