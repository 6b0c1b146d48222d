import * as v from 'valibot';
import { egressDetailType } from '../../ports/egress-token.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { egressRefused, type EgressRefusal } from './refusal.ts';

/** https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app: names without their owner, 500 at most. */
const details = v.strictTuple([
  v.strictObject({
    type: v.literal(egressDetailType),
    repositories: v.pipe(
      v.array(v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/))),
      v.nonEmpty(),
      v.maxLength(500),
    ),
  }),
]);

/** RFC 9396 §2: what of the third party's own a token of it is to be good for, besides its scopes. None is all that the account reaches. */
export function askedRepositories(text: string | undefined): Result<readonly string[], EgressRefusal> {
  if (text === undefined) return ok([]);
  const asked = v.safeParse(details, parsed(text));
  // RFC 9396 §5: whatever is not understood to the last member is refused, for it would have narrowed the token.
  return asked.success ? ok(asked.output[0].repositories) : egressRefused('details_not_acceptable');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
