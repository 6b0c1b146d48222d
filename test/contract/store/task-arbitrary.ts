import fc from 'fast-check';
import type {
  StoredTask,
  TaskBasis,
  TaskDelivery,
  TaskEnd,
  TaskTerms,
} from '../../../lambdas/ports/tasks.ts';
import { type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import { text } from './arbitraries.ts';

const time: fc.Arbitrary<Instant> = fc.nat(4_000_000_000).map(instant);
/** What people write may be nothing. */
const words = fc.string({ unit: 'grapheme', maxLength: 40 });
const few = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> => fc.array(value, { maxLength: 4 });

type OfPerson = Extract<TaskBasis, { readonly kind: 'grant' }>;

const basis: fc.Arbitrary<TaskBasis> = fc.oneof(
  fc.constant({ kind: 'agent' as const }),
  fc.record({
    kind: fc.constant('grant' as const),
    ...{ grant: text<OfPerson['grant']>(), person: text<OfPerson['person']>(), idp: text<OfPerson['idp']>() },
    owned: fc.boolean(),
  }),
);

const delivery: fc.Arbitrary<TaskDelivery> = fc.oneof(
  fc.record({ kind: fc.constantFrom('pull' as const, 'events' as const) }),
  fc.record({
    kind: fc.constant('secret' as const),
    ...{ secretArn: text(), resource: text<TaskTerms['access'][0]['resource']>() },
  }),
);

const terms: fc.Arbitrary<TaskTerms> = fc.record(
  {
    ...{ id: text<TaskTerms['id']>(), clientId: text<TaskTerms['clientId']>() },
    ...{ agentId: text<TaskTerms['agentId']>(), purpose: words, basis, delivery, openedAt: time },
    access: few(
      fc.record({
        resource: text<TaskTerms['access'][0]['resource']>(),
        scope: few(text<TaskTerms['access'][0]['scope'][0]>()),
      }),
    ),
    ancestors: few(text<TaskTerms['id']>()),
    ...{ heartbeatSeconds: fc.nat(), jkt: text(), x5t: text() },
  },
  {
    requiredKeys: [
      ...(['id', 'clientId', 'agentId', 'purpose', 'basis', 'delivery', 'openedAt'] as const),
      ...(['access', 'ancestors'] as const),
    ],
  },
);

const ended: fc.Arbitrary<TaskEnd> = fc.record(
  {
    at: time,
    reason: fc.constantFrom<TaskEnd['reason'][]>(
      ...(['completed', 'ceiling_reached', 'heartbeat_lost', 'revoked', 'grant_ended_upstream'] as const),
      ...(['agent_disabled', 'idp_unreachable', 'policy'] as const),
    ),
    ...{ detail: words, of: text<TaskTerms['id']>() },
  },
  { requiredKeys: ['at', 'reason'] },
);

export const tasks: fc.Arbitrary<StoredTask> = fc.record(
  {
    ...{ terms, handleDigest: text(), ceiling: time, lastHeartbeatAt: time, confirmedAt: time },
    ...{ goodUntil: time, version: fc.nat(), children: few(text<TaskTerms['id']>()) },
    ...{ roles: few(text()), askBy: time, dueAt: time, warnedAt: time, ended },
    lease: fc.record({ attempt: text(), until: time }),
    failure: fc.record(
      { count: fc.nat(), since: time, reason: words, interaction: fc.constant(true as const) },
      { requiredKeys: ['count', 'since', 'reason'] },
    ),
    delivered: fc.record({ at: time, version: text(), expiresAt: time }),
  },
  {
    requiredKeys: [
      ...(['terms', 'handleDigest', 'ceiling', 'lastHeartbeatAt', 'confirmedAt', 'goodUntil'] as const),
      ...(['version', 'children'] as const),
    ],
  },
);
