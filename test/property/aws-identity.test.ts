import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unboundPart } from '../../lambdas/oauth/client-authentication/aws/binding.ts';
import { readAwsIdentity } from '../../lambdas/oauth/client-authentication/aws/read-identity.ts';
import { coversRole, isRolePattern, patternsCovering } from '../../lambdas/oauth/workload/role-pattern.ts';
import { Secret } from '../../lambdas/runtime/secret.ts';
import { issuer, now, tokenEndpointUrl } from '../unit/oauth/mothers.ts';

const context = { audiences: { issuer, tokenEndpoint: tokenEndpointUrl }, issuerHosts: 'public' } as const;
const awsIssuer = 'https://01234567-89ab-cdef-0123-456789abcdef.tokens.sts.global.api.aws';
const account = '123456789012';
const base = `arn:aws:iam::${account}:role/`;
const word = fc.stringMatching(/^[\w+=,.@-]{1,20}$/);
const roles = fc
  .tuple(fc.array(word, { maxLength: 8 }), word)
  .map(([folders, name]) => `${base}${[...folders, name].join('/')}`);

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (header: unknown, claims: unknown): Secret =>
  new Secret(`${segment(header)}.${segment(claims)}.AAAA`);

const sound = {
  ...{ iss: awsIssuer, sub: `${base}reporter`, aud: issuer, jti: 'one' },
  ...{ iat: now, exp: now + 300 },
  'https://sts.amazonaws.com/': { aws_account: account },
};
const said = { principalTags: {}, lambdaFunction: undefined, organization: undefined };

describe('the patterns that cover a role', () => {
  it('are six at most, the ARN first, each covering it and each but the ARN longer than the next', () => {
    fc.assert(
      fc.property(roles, (role) => {
        const patterns = patternsCovering(role);
        expect(patterns[0]).toBe(role);
        expect(patterns.length).toBeLessThanOrEqual(6);
        for (const pattern of patterns) expect(coversRole(pattern, role)).toBe(true);
        const paths = patterns.slice(1).map(({ length }) => length);
        expect(paths).toEqual(paths.toSorted((one, other) => other - one));
        expect(patterns.at(-1)).toBe(`${base}*`);
      }),
    );
  });

  it('are all that could be registered and cover it', () => {
    const wild = fc.array(word, { maxLength: 6 }).map((folders) => `${base}${[...folders, '*'].join('/')}`);
    fc.assert(
      fc.property(roles, fc.oneof(roles, wild), (role, pattern) => {
        fc.pre(isRolePattern(pattern));
        expect(patternsCovering(role).includes(pattern)).toBe(coversRole(pattern, role));
      }),
    );
    fc.assert(
      fc.property(roles, fc.nat(8), (role, depth) => {
        const folders = role.slice(base.length).split('/').slice(0, -1).slice(0, depth);
        const pattern = `${base}${[...folders, '*'].join('/')}`;
        expect(patternsCovering(role).includes(pattern)).toBe(isRolePattern(pattern));
      }),
    );
  });
});

describe('whatever stands in a token of AWS', () => {
  it('reading it ends in an identity or in a refusal', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.constantFrom('ES384', 'RS256', 'JWT'));
    const header = fc.oneof(
      anything,
      fc.record(
        { alg: fc.oneof(fc.constantFrom('ES384', 'RS256'), anything), kid: anything, typ: anything },
        { requiredKeys: [] },
      ),
    );
    const changes = fc.dictionary(
      fc.constantFrom(...Object.keys(sound), 'nbf'),
      fc.oneof(
        fc.jsonValue(),
        fc.record({ aws_account: fc.constant(account), principal_tags: fc.jsonValue() }),
      ),
    );
    fc.assert(
      fc.property(
        header,
        fc.oneof(
          fc.jsonValue(),
          changes.map((change) => ({ ...sound, ...change })),
        ),
        (head, claims) => {
          const read = readAwsIdentity(jwt(head, claims), context, now);
          if (read.ok) {
            expect(read.value).toMatchObject({ issuer: awsIssuer, account });
            expect(Object.values(read.value.principalTags).every((tag) => typeof tag === 'string')).toBe(
              true,
            );
          } else expect(read.refusal.reason).toBe('assertion_not_acceptable');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('the tags that a caller asks for change nothing of what is read', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (tags, name) => {
        const statement = { aws_account: account, request_tags: tags };
        const claims = { ...sound, 'https://sts.amazonaws.com/': statement, request_tags: tags };
        const read = readAwsIdentity(jwt({ alg: 'ES384' }, { ...claims, [`x-${name}`]: tags }), context, now);
        expect(read).toEqual(readAwsIdentity(jwt({ alg: 'ES384' }, sound), context, now));
      }),
    );
  });
});

describe('a binding', () => {
  const tags = fc.dictionary(
    fc.constantFrom('team', 'stage', 'toString', 'hasOwnProperty'),
    fc.constantFrom('a', 'b'),
    {
      noNullPrototype: true,
    },
  );

  it('holds exactly where every tag that it wants is there with that value', () => {
    fc.assert(
      fc.property(tags, tags, (wanted, has) => {
        const workload = { issuer: awsIssuer, role: `${base}*`, principalTags: wanted, lambdaFunctions: [] };
        const unbound = unboundPart(workload, {
          ...{
            algorithm: 'ES384',
            kid: undefined,
            issuer: awsIssuer,
            role: `${base}x`,
            account,
            jti: 'one',
            deadAt: now,
          },
          ...{ ...said, principalTags: has },
        });
        const holds = Object.entries(wanted).every(([name, value]) =>
          Object.entries(has).some(([key, tag]) => key === name && tag === value),
        );
        expect(unbound === undefined).toBe(holds);
      }),
    );
  });
});
