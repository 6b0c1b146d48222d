import { mintToken, type MintPorts } from '../../oauth/machine/mint-token.ts';
import { faultFix } from '../../oauth/people/diagnosis/apis/exchange-faults.ts';
import { exchangeKept, type ExchangePorts } from '../../oauth/people/exchange-kept.ts';
import type { DownstreamAnswer } from '../../ports/downstream.ts';
import type { ApiDirectory, ApiRefusal, ApiRequest, DownstreamApi } from '../../ports/downstream-apis.ts';
import type { IdentityProvider, IdentityProviders } from '../../ports/identity-providers.ts';
import type { MachineRequest } from '../../ports/machine-tokens.ts';
import type { UpstreamProviders } from '../../ports/upstream.ts';
import { canProve } from '../../registry/fitting-api.ts';
import { findProvider } from './find-provider.ts';

export interface ApiAnswerPorts extends Omit<ExchangePorts, 'upstream'>, Omit<MintPorts, 'upstream'> {
  readonly upstream: Pick<UpstreamProviders, 'refresh' | 'presents' | 'exchange' | 'mint'>;
  /** The APIs behind the identity providers. */
  readonly apis: ApiDirectory;
  readonly identityProviders: IdentityProviders;
}

export async function exchanged(ports: ApiAnswerPorts, request: ApiRequest): Promise<DownstreamAnswer> {
  const known = await knownApi(ports, request);
  if (known === undefined) return { told: 'not_exchanged', refusal: { kind: 'api_gone' } };
  const answer = await exchangeKept(ports, known.idp, known.api, request);
  if (answer.kind !== 'token') return { told: 'not_exchanged', refusal: withFix(answer, known) };
  return { told: 'exchanged', token: { ...answer.token, accessToken: answer.token.accessToken.reveal() } };
}

export async function minted(ports: ApiAnswerPorts, request: MachineRequest): Promise<DownstreamAnswer> {
  const known = await knownApi(ports, request);
  if (known === undefined) return { told: 'not_minted', refusal: { kind: 'api_gone' } };
  const answer = await mintToken(ports, known.idp, known.api, request);
  if (answer.kind !== 'token') return { told: 'not_minted', refusal: withFix(answer, known) };
  const { token, askAgainBy } = answer;
  return {
    told: 'minted',
    token: { ...token, accessToken: token.accessToken.reveal() },
    ...(askAgainBy !== undefined && { askAgainBy }),
  };
}

interface Known {
  readonly api: DownstreamApi;
  readonly idp: IdentityProvider;
}

/** The API is as our own registry has it, whatever the question says. */
async function knownApi(ports: ApiAnswerPorts, asked: Pick<ApiRequest, 'api'>): Promise<Known | undefined> {
  const api = await ports.apis.find(asked.api);
  const idp = api && (await findProvider(ports, api.idp));
  return api?.state === 'active' && idp !== undefined && canProve(idp, api) ? { api, idp } : undefined;
}

function withFix(refusal: ApiRefusal, { api, idp }: Known): ApiRefusal {
  if (refusal.kind !== 'refused' || refusal.fault === undefined) return refusal;
  return { ...refusal, fix: faultFix(api, idp.clientId, refusal.fault) };
}
