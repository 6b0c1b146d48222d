import type { Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { AgentId } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import type { AuthenticateClient } from '../client-authentication/authenticate-client.ts';
import { claimsToBeOfAws } from '../client-authentication/aws/read-identity.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import type { Actor } from './chain.ts';
import type { SentToken } from './exchange-request.ts';
import { type OwnTokenPorts, standingToken } from './own-tokens.ts';
import { exchangeRefused, tokenRefused } from './refusal.ts';
import { accessTokenType, jwtType } from './token-types.ts';

/** Whether an `actor_token` shows the one who asks. */
export type JudgeActor = (actor: Actor, sent: SentToken, now: Instant) => Promise<Result<true, GrantRefusal>>;

/** RFC 8693 §2.1: an agent shows by a token too who acts. It is the agent of the client, or the client passes for another. */
export function actorTokens(
  ports: OwnTokenPorts & { readonly authenticateClient: AuthenticateClient },
): JudgeActor {
  return async ({ agentId }, sent, now) => {
    if (sent.type !== accessTokenType && sent.type !== jwtType) {
      return exchangeRefused('actor_token_type_unknown', `${accessTokenType} ${jwtType}`);
    }
    const agent = (await ownAgent(ports, sent, now)) ?? (await agentAtAws(ports, sent, now));
    if (agent === undefined) return exchangeRefused('actor_token_unknown');
    if (!agent.ok) return agent;
    return agent.value === agentId ? ok(true) : exchangeRefused('actor_token_of_another');
  };
}

type Shown = Result<string | undefined, GrantRefusal> | undefined;

async function ownAgent(ports: OwnTokenPorts, sent: SentToken, now: Instant): Promise<Shown> {
  const read = await standingToken(ports, 'actor', sent, now);
  if (read?.ok !== true) return read;
  return isOwnOfAgent(read.value.token)
    ? ok(read.value.token.agent_id)
    : exchangeRefused('actor_token_not_own');
}

/** One that it got in its own name; whose it got in somebody else's would be another subject. */
function isOwnOfAgent({ sub, client_id, agent_id, jti_chain, grant_id }: AccessTokenClaims): boolean {
  return sub === client_id && agent_id !== undefined && jti_chain === undefined && grant_id === undefined;
}

/** Its role at AWS is a client of the agent. That is no proof of the client that asks: nothing is used up by it. */
async function agentAtAws(
  { authenticateClient }: { readonly authenticateClient: AuthenticateClient },
  { token, type }: SentToken,
  now: Instant,
): Promise<Result<AgentId | undefined, GrantRefusal> | undefined> {
  const assertion = new Secret(token);
  if (type !== jwtType || !claimsToBeOfAws(assertion)) return undefined;
  const role = await authenticateClient(
    { kind: 'assertion', assertion, clientId: undefined },
    undefined,
    now,
  );
  if (role.ok) return ok(role.value.agent?.id);
  const { refusal } = role;
  // While the keys of AWS are out of reach nothing is known of it.
  if (refusal.reason === 'assertion_keys_out_of_reach') {
    throw new DependencyUnavailable('keys of AWS STS', { cause: refusal.reason });
  }
  const detail = 'detail' in refusal ? refusal.detail : 'is not of a role at AWS that is a client here';
  return tokenRefused('actor', refusal.reason, detail);
}
