import fc from 'fast-check';
import type {
  Connection,
  Connections,
  Holder,
  KeptSecret,
  MadeFor,
} from '../../../lambdas/ports/connections.ts';
import { type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import { few, text } from './arbitraries.ts';

const time: fc.Arbitrary<Instant> = fc.nat(4_000_000_000).map(instant);
/** What providers say may be nothing. */
const words = fc.string({ unit: 'grapheme', maxLength: 40 });

type OfPerson = Extract<Holder, { readonly kind: 'person' }>;
type ConnectedAgent = Connection['agents'][number];

const holders: fc.Arbitrary<Holder> = fc.oneof(
  fc.record({
    kind: fc.constant('person' as const),
    ...{ person: text<OfPerson['person']>(), idp: text<OfPerson['idp']>() },
  }),
  fc.record({ kind: fc.constant('group' as const), group: text() }),
  fc.constant({ kind: 'service' as const }),
);

const secrets: fc.Arbitrary<KeptSecret> = fc.oneof(
  fc.record({ in: fc.constant('item' as const), wrappedKey: text(), iv: text(), ciphertext: text() }),
  fc.record({ in: fc.constant('secret' as const), arn: text(), version: text() }),
);

const declarers: fc.Arbitrary<MadeFor> = fc.oneof(
  fc.constant({ by: 'deployment' as const }),
  fc.record({ by: fc.constant('operator' as const), places: few(words) }),
);

/** What somebody connects. */
export const newConnections: fc.Arbitrary<Omit<Parameters<Connections['connect']>[0], 'replaces'>> =
  fc.record(
    {
      ...{ provider: text<Connection['provider']>(), connection: text<Connection['connection']>() },
      ...{ holder: holders, attempt: text(), connectedBy: text<NonNullable<Connection['connectedBy']>>() },
      madeFor: declarers,
      agents: few(
        fc.record({
          agent: text<ConnectedAgent['agent']>(),
          scopes: few(text<ConnectedAgent['scopes'][number]>()),
        }),
      ),
      ...{ access: secrets, accessUntil: time, grant: secrets, dueAt: time },
      ...{ upstreamScopes: few(words), facts: few(fc.record({ name: words, value: words })) },
    },
    {
      requiredKeys: [
        ...(['provider', 'connection', 'holder', 'attempt', 'agents', 'madeFor'] as const),
        ...(['access', 'upstreamScopes', 'facts'] as const),
      ],
    },
  );

/** What becomes known of it later on. */
export const laterKnown: fc.Arbitrary<
  Pick<Connection, 'reason' | 'pausedUntil' | 'failedAt' | 'notBefore' | 'failures' | 'lease'>
> = fc.record(
  {
    ...{ reason: text(), pausedUntil: time, failedAt: time, notBefore: time },
    failures: fc.nat(),
    lease: fc.record({ attempt: text(), until: time }),
  },
  { requiredKeys: [] },
);
