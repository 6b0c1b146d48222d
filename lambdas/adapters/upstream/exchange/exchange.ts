import {
  allowInsecureRequests,
  type ClientAuth,
  customFetch,
  genericTokenEndpointRequest,
} from 'oauth4webapi';
import type { ApiRefusal, ApiScope, ApiToken, DownstreamApi } from '../../../ports/downstream-apis.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { refuse, type Result } from '../../../runtime/result.ts';
import type { Secret } from '../../../runtime/secret.ts';
import { withNonce } from '../key-proofs.ts';
import { ProviderUnavailable } from '../provider-fetch.ts';
import type { Talk } from '../provider-talk.ts';
import type { FaultReader, ProofBorne, TokenAnswer } from './answer.ts';
import type { AskedAt, ExchangeTalk } from './dialect.ts';
import { dialectOf } from './dialects.ts';
import { mintFault } from './faults.ts';

/** A provider as a client of ours talks to it, at its own token endpoint or at another one. */
export type TalkAt = (at: Pick<AskedAt, 'issuer' | 'tokenEndpoint'>) => Promise<Talk>;

/** A token of an API, asked for in the way of its provider. `heard`: is told each of its answers. */
export async function exchangeAt(
  talkAt: TalkAt,
  { strategy }: DownstreamApi,
  presented: { readonly token: Secret; readonly scopes: readonly ApiScope[] },
  clock: Clock,
  heard?: (answer: TokenAnswer) => void,
): Promise<Result<ApiToken, ApiRefusal>> {
  const dialect = dialectOf(strategy);
  return dialect.exchange(await exchangeTalk(talkAt, dialect.faultIn, clock, heard), strategy, presented);
}

/** A token of an API for our client itself, asked for in the way of its provider. */
export async function mintAt(
  talkAt: TalkAt,
  { strategy }: DownstreamApi,
  scopes: readonly ApiScope[],
  clock: Clock,
): Promise<Result<ApiToken, ApiRefusal>> {
  const { mint, faultIn } = dialectOf(strategy);
  if (mint === undefined) return refuse({ kind: 'not_allowed' });
  return mint(await exchangeTalk(talkAt, mintFault(faultIn), clock), strategy, scopes);
}

async function exchangeTalk(
  talkAt: TalkAt,
  faultIn: FaultReader,
  clock: Clock,
  heard: (answer: TokenAnswer) => void = () => undefined,
): Promise<ExchangeTalk> {
  const { idp } = await talkAt({});
  return {
    ...{ idp: idp.id, issuer: idp.issuer, clientId: idp.clientId, now: clock(), faultIn },
    ask: async (grantType, parameters, at = {}) => {
      const form = new URLSearchParams(
        Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const answer = await ask(await talkAt(at), grantType, form, at);
      heard(answer);
      return answer;
    },
  };
}

async function ask(talk: Talk, grantType: string, form: URLSearchParams, at: AskedAt): Promise<TokenAnswer> {
  const { as, client } = talk;
  const auth = at.assertion === undefined ? talk.auth : byAssertion(at.assertion);
  const options = at.forUs === true ? talk.options : withoutProof(talk.options);
  const send = (): Promise<Response> =>
    withNonce({ options }, () => genericTokenEndpointRequest(as, client, auth, grantType, form, options));
  return { ...(await answerOf(await onceMore(send))), proof: proofBorne(options, at) };
}

/** RFC 9449 §5: what is asked with a proof is bound to its key, and whoever asks here for a token has none of ours. */
function withoutProof(options: Talk['options']): Talk['options'] {
  return { [customFetch]: options[customFetch], [allowInsecureRequests]: true };
}

function proofBorne({ DPoP: proofs }: Talk['options'], { forUs }: AskedAt): ProofBorne {
  if (forUs !== true) return 'not_ours';
  return proofs === undefined ? 'left_out' : 'borne';
}

/** RFC 7521 §4.2: by an assertion that somebody else has made for the client. */
function byAssertion({ clientId, token }: NonNullable<AskedAt['assertion']>): ClientAuth {
  return (_as, _client, body) => {
    body.set('client_id', clientId);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', token.reveal());
  };
}

/** What was never dealt with is sent again, once, and made anew; whatever may have had an effect is not. */
async function onceMore(send: () => Promise<Response>): Promise<Response> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ProviderUnavailable) || !error.wasUnreached) throw error;
    return send();
  }
}

async function answerOf(response: Response): Promise<Omit<TokenAnswer, 'proof'>> {
  const { status } = response;
  try {
    const read: unknown = JSON.parse(await response.text());
    return {
      status,
      members: typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {},
    };
  } catch {
    return { status, members: {} };
  }
}
