import type { Grants, StoredGrant } from '../../ports/grants.ts';
import type { PersonStandings } from '../../ports/people.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { Parameters } from '../parameters.ts';
import type { GrantRefusal } from '../refusal.ts';
import { type CodeRequest, judgeCode, readCode } from './code.ts';
import { endGrant } from './end-grant.ts';
import { type FamilyLife, newFamily, writeRefreshToken } from './family.ts';
import { defineGrant, type Grant, type GrantContext } from './grant.ts';
import { personPlan } from './person-plan.ts';

export interface PersonGrantPorts {
  readonly issuer: Issuer;
  readonly registry: RegistryReader;
  readonly grants: Grants;
  readonly standings: PersonStandings;
  readonly random: Random;
  readonly life: FamilyLife;
}

/** RFC 6749 §4.1.3: a client gets the tokens of what a person granted it, once. */
export function authorizationCodeGrant(ports: PersonGrantPorts): Grant {
  return defineGrant({
    type: 'authorization_code',
    parameters: ['code', 'redirect_uri', 'code_verifier', 'resource'],
    parse: codeRequest,
    decide: async (request, context) => {
      const { client } = context;
      const found = await ports.grants.find(request.grantId);
      const grant = judgeCode(found, request, context);
      if (!grant.ok) return refused(ports, grant.refusal, found, context);
      const { terms, code } = grant.value;
      const plan = await personPlan(ports, terms, client);
      if (!plan.ok) return plan;
      const { nonce } = code;
      const isOpenId = terms.scope.some((name) => name === 'openid');
      return ok({
        plan: plan.value,
        ...(isOpenId && { idToken: { person: terms.person, ...(nonce !== undefined && { nonce }) } }),
        uses: code.digest,
        mark: () => redeem(ports, request, grant.value, context),
      });
    },
  });
}

function codeRequest({ values, resources }: Parameters): Result<CodeRequest, GrantRefusal> {
  const [text, verifier] = [values.get('code'), values.get('code_verifier')];
  if (text === undefined) return refuse({ reason: 'code_missing' });
  // RFC 7636 §4.5: every code here has a challenge, so every request has its verifier (AS-20).
  if (verifier === undefined) return refuse({ reason: 'code_verifier_missing' });
  const code = readCode(text);
  return code === undefined
    ? refuse({ reason: 'code_unknown' })
    : ok({ ...code, verifier, redirectUri: values.get('redirect_uri'), resources });
}

async function redeem(
  ports: PersonGrantPorts,
  request: CodeRequest,
  { terms, code }: StoredGrant,
  context: GrantContext,
): Promise<Result<{ readonly refreshToken?: Secret }, GrantRefusal>> {
  const { now } = context;
  // Before the code is spent: where it fails, the client comes again with the same code.
  if (terms.keptUpstream) await ports.standings.confirm(terms.id);
  const born = terms.offline ? newFamily(terms.id, ports, { now, jkt: familyKey(context) }) : undefined;
  const marked = await ports.grants.redeem(terms.id, {
    ...{ at: now, codeDigest: code.digest, attempt: ports.random(16) },
    ...(born && { family: born.family }),
  });
  if (marked.won) return ok(born ? { refreshToken: writeRefreshToken(born.token) } : {});
  const judged = judgeCode(marked.taken, request, context);
  return refused(ports, judged.ok ? { reason: 'code_unknown' } : judged.refusal, marked.taken, context);
}

/** RFC 9449 §5: the refresh tokens of a public client are of its key, for it proves itself by nothing else. */
function familyKey({ client: { client }, possession }: GrantContext): string | undefined {
  const isPublic = client.authentication.method === 'none';
  return isPublic && possession.ok ? possession.value?.jkt : undefined;
}

/** RFC 6749 §4.1.2: with a code that was replayed, what was issued on it ends. */
async function refused(
  ports: PersonGrantPorts,
  refusal: GrantRefusal,
  grant: StoredGrant | undefined,
  context: GrantContext,
): Promise<Result<never, GrantRefusal>> {
  if (refusal.reason === 'code_replayed' && grant !== undefined) {
    await endGrant(ports, grant.terms, 'code_replayed', context);
  }
  return { ok: false, refusal };
}
