import fc from 'fast-check';
import type { GrantOrigin } from '../../../lambdas/ports/grants.ts';

const text = <Kind extends string>(): fc.Arbitrary<Kind> =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((value) => value as Kind);

type Parent = GrantOrigin['parent'];

/** What a grant rests on that came of an exchange. */
export const origins: fc.Arbitrary<GrantOrigin> = fc.record({
  ...{ root: text<GrantOrigin['root']>(), resource: text<GrantOrigin['resource']>() },
  parent: fc.record(
    {
      ...{ jti: text<string>(), clientId: text<Parent['clientId']>(), expiresAt: fc.nat() },
      scope: fc.array(text<Parent['scope'][0]>(), { maxLength: 4 }),
      agentId: text<NonNullable<Parent['agentId']>>(),
    },
    { requiredKeys: ['jti', 'clientId', 'expiresAt', 'scope'] },
  ),
});
