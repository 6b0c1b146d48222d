import type { Family, Grants, StoredGrant } from '../../ports/grants.ts';
import type { PersonStandings } from '../../ports/people.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { GrantRefusal } from '../refusal.ts';
import { endGrant } from './end-grant.ts';
import { type FamilyLife, newFamily, writeRefreshToken } from './family.ts';
import type { GrantContext } from './grant.ts';

export interface RedeemPorts {
  readonly grants: Pick<Grants, 'redeem' | 'end'>;
  readonly standings: Pick<PersonStandings, 'confirm' | 'forget'>;
  readonly random: Random;
  readonly life: FamilyLife;
}

/** Redeems the code of a grant, once; `judge` tells why it cannot be, where another request was quicker. */
export async function redeemCode(
  ports: RedeemPorts,
  { terms, code }: StoredGrant,
  judge: (taken: StoredGrant | undefined) => Result<unknown, GrantRefusal>,
  context: GrantContext,
): Promise<Result<{ readonly refreshToken?: Secret }, GrantRefusal>> {
  const { now } = context;
  // Before the code is spent: where it fails, the client comes again with the same code.
  if (terms.keptUpstream) await ports.standings.confirm(terms.id);
  const born = terms.offline ? newFamily(terms.id, ports, { now, ...familyKey(context) }) : undefined;
  const marked = await ports.grants.redeem(terms.id, {
    ...{ at: now, codeDigest: code.digest, attempt: ports.random(16) },
    ...(born && { family: born.family }),
  });
  if (marked.won) return ok(born ? { refreshToken: writeRefreshToken(born.token) } : {});
  const judged = judge(marked.taken);
  return refuseCode(ports, judged.ok ? { reason: 'code_unknown' } : judged.refusal, marked.taken, context);
}

/**
 * RFC 9449 §5, RFC 8705 §4: the refresh tokens of a public client are of the key or the certificate that its tokens are bound to,
 * for it proves itself by nothing else.
 */
function familyKey({
  client: { client },
  possession,
  certificate,
}: GrantContext): Pick<Family, 'jkt' | 'x5t'> {
  if (client.authentication.method !== 'none') return {};
  if (client.certificateBound === true) return certificate ? { x5t: certificate.thumbprint } : {};
  return possession.ok && possession.value ? { jkt: possession.value.jkt } : {};
}

/** RFC 6749 §4.1.2: with a code that was replayed, what was issued on it ends. */
export async function refuseCode(
  ports: RedeemPorts,
  refusal: GrantRefusal,
  grant: StoredGrant | undefined,
  context: GrantContext,
): Promise<Result<never, GrantRefusal>> {
  if (refusal.reason === 'code_replayed' && grant !== undefined) {
    await endGrant(ports, grant.terms, 'code_replayed', context);
  }
  return { ok: false, refusal };
}
