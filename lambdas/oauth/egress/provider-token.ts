import type { EgressProvider } from '../../ports/egress-providers.ts';
import { instant, type Instant } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { providerTokenType } from '../exchange/token-types.ts';
import type { Decided, ForeignToken, TokenPlan } from '../grants/grant.ts';
import { type Account, accountOf } from './account.ts';
import { askedRepositories } from './asked-details.ts';
import { activeProvider, connectPage, type EgressPorts } from './egress-access.ts';
import { egressRefused, type EgressRefusal, interactionRequired } from './refusal.ts';

interface Asking extends Pick<AuthenticatedClient, 'client'> {
  readonly authorizationDetails: string | undefined;
}

/**
 * RFC 8693 §3: a token of the third party itself, where the config lets the agent have one. It is of what was asked and no more, and what
 * the agent does with it nobody sees here.
 */
export async function providerToken(
  egress: EgressPorts | undefined,
  plan: TokenPlan,
  { client, authorizationDetails }: Asking,
): Promise<Result<Decided, EgressRefusal>> {
  if (plan.resource?.kind !== 'egress') return egressRefused('provider_tokens_of_third_parties');
  const provider = await activeProvider(egress, plan.resource);
  if (egress === undefined || provider === undefined) return egressRefused('provider_not_active');
  const offered = provider.agents.find(({ agent }) => agent === plan.agentId);
  if (offered?.providerTokens !== true) return egressRefused('provider_tokens_not_let');
  // RFC 9449 §5: what somebody else issues is bound to nothing that the client has proved.
  if (client.dpopBound === true || client.certificateBound === true) return egressRefused('client_bound');
  const repositories = askedRepositories(authorizationDetails);
  if (!repositories.ok) return repositories;
  const account = accountOf(plan, provider);
  if (!account.ok) return account;
  const asked = { provider, account: account.value, resources: repositories.value };
  return ok({ plan, elsewhere: (completed) => narrowed(egress, asked, completed) });
}

interface Asked {
  readonly provider: EgressProvider;
  readonly account: Account;
  readonly resources: readonly string[];
}

/** What the provider makes of less than the connection has. Whoever asked is to come again when a token of ours would have ended. */
async function narrowed(
  { issuer, connecting }: EgressPorts,
  { provider: { id: provider }, account, resources }: Asked,
  { egress, scope: scopes, until }: TokenPlan,
): Promise<Result<ForeignToken, EgressRefusal>> {
  if (egress === undefined || until === undefined)
    throw new Error('it was not asked how the connection stands');
  const { connection } = egress;
  const place = { provider, holder: account.holder };
  const answer = await connecting.narrow(place, { connection, scopes, resources });
  switch (answer.kind) {
    case 'token': {
      const { accessToken, expiresAt = until, scopes: scope } = answer.token;
      const told: Instant = instant(Math.min(expiresAt, until));
      return ok({ api: provider, accessToken, issuedTokenType: providerTokenType, expiresAt: told, scope });
    }
    case 'interaction_required':
    case 'gone':
      return account.holder.kind === 'service'
        ? egressRefused('service_account_unusable')
        : interactionRequired('connect_again', connectPage(issuer, provider, account, scopes));
    case 'not_narrowable':
      return egressRefused('not_narrowable');
    case 'refused':
      return egressRefused('provider_refused');
  }
}
