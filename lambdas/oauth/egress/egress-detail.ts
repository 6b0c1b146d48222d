import * as v from 'valibot';
import type { BodyRule, RequestRule } from '../../ports/egress-providers.ts';
import { type EgressDetail, egressDetailType } from '../../ports/egress-token.ts';
import type { ConnectionId, EgressProviderId } from '../../runtime/identifiers.ts';

const text = v.pipe(v.string(), v.nonEmpty());

const bodyRule: v.GenericSchema<unknown, BodyRule> = v.union([
  v.strictObject({
    pointer: v.string(),
    oneOf: v.pipe(v.array(v.union([v.string(), v.number(), v.boolean()])), v.nonEmpty()),
  }),
  v.strictObject({ pointer: v.string(), absent: v.literal(true) }),
  v.strictObject({ graphql: v.literal('query') }),
]);

const requestRule: v.GenericSchema<unknown, RequestRule> = v.strictObject({
  methods: v.pipe(v.array(text), v.nonEmpty()),
  path: text,
  origin: v.exactOptional(text),
  body: v.exactOptional(v.array(bodyRule)),
});

const base = {
  type: v.literal(egressDetailType),
  provider: v.custom<EgressProviderId>((value) => v.is(text, value)),
  connection: v.custom<ConnectionId>((value) => v.is(text, value)),
  rules: v.pipe(v.array(requestRule), v.nonEmpty()),
};

/** Whose account it is says the holder, and nothing else: a member of another is not to be taken for one that was left out. */
const egressDetail: v.GenericSchema<unknown, EgressDetail> = v.variant('holder', [
  v.strictObject({ ...base, holder: v.literal('person'), idp: text }),
  v.strictObject({ ...base, holder: v.literal('group'), group: text }),
  v.strictObject({ ...base, holder: v.literal('service') }),
]);

/** RFC 9396 §9.1: what a token of ours says in `authorization_details`, which is one detail of one type. */
export const egressDetails: v.GenericSchema<unknown, readonly [EgressDetail]> = v.strictTuple([egressDetail]);
