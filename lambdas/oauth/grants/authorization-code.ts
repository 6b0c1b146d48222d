import type { Grants } from '../../ports/grants.ts';
import type { PersonStandings } from '../../ports/people.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Parameters } from '../parameters.ts';
import type { GrantRefusal } from '../refusal.ts';
import { type CodeRequest, judgeCode, readCode } from './code.ts';
import type { FamilyLife } from './family.ts';
import { defineGrant, type Grant } from './grant.ts';
import { personPlan } from './person-plan.ts';
import { redeemCode, refuseCode } from './redeem-code.ts';

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
      if (!grant.ok) return refuseCode(ports, grant.refusal, found, context);
      const { terms, code } = grant.value;
      const plan = await personPlan(ports, terms, client);
      if (!plan.ok) return plan;
      const { nonce } = code;
      const isOpenId = terms.scope.some((name) => name === 'openid');
      return ok({
        plan: plan.value,
        ...(isOpenId && { idToken: { person: terms.person, ...(nonce !== undefined && { nonce }) } }),
        uses: code.digest,
        mark: () => redeemCode(ports, grant.value, (taken) => judgeCode(taken, request, context), context),
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
