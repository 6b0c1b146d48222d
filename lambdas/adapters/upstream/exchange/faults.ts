import type { ExchangeFault } from '../../../ports/downstream-apis.ts';
import type { FaultReader, ProofBorne, TokenAnswer } from './answer.ts';

/** What is set up wrongly, by the error of an answer, the words of its provider and what was asked. */
export function faultOf(
  faultIn: FaultReader,
  error: string,
  { members, proof }: Pick<TokenAnswer, 'members' | 'proof'>,
): ExchangeFault | undefined {
  return demandsOfProofs.has(error) ? faultOfProof[proof] : faultIn(error, members['error_description']);
}

/** RFC 9449 §5, §8. */
const demandsOfProofs: ReadonlySet<string> = new Set(['invalid_dpop_proof', 'use_dpop_nonce']);

const faultOfProof: Readonly<Record<ProofBorne, ExchangeFault>> = {
  borne: 'dpop_proof_refused',
  left_out: 'dpop_required',
  not_ours: 'exchanged_tokens_bound',
};

/** RFC 6749 §5.2: the client may not use the grant, or nobody may. */
export const standardFault: FaultReader = (error) =>
  ['unauthorized_client', 'unsupported_grant_type'].includes(error) ? 'exchange_not_allowed' : undefined;

/** Entra says what is wrong by numbers, which callers are told. */
export const noFault: FaultReader = () => undefined;

/**
 * What is set up wrongly where our client is to get a token for itself, which no person could mend by signing in. `access_denied` is
 * what Okta and Auth0 say of a client that no policy or grant lets have one.
 */
export function mintFault(ofProvider: FaultReader): FaultReader {
  return (error, description) => {
    const told = ofProvider(error, description);
    // Its words of an exchange, which this is none of.
    if (told !== undefined && told !== 'exchange_not_allowed') return told;
    return faultOfMint[error];
  };
}

/** RFC 6749 §5.2. */
const faultOfMint: Readonly<Partial<Record<string, ExchangeFault>>> = {
  unauthorized_client: 'agents_not_allowed',
  unsupported_grant_type: 'agents_not_allowed',
  access_denied: 'agents_not_allowed',
  invalid_scope: 'scope_not_allowed',
  invalid_client: 'credentials_refused',
};

/** Keycloak has one error code for most of it, and says the rest in a sentence. */
export const keycloakFault: FaultReader = (error, description) => {
  const said = typeof description === 'string' ? description : '';
  return sentences.find(([sentence]) => sentence.test(said))?.[1] ?? standardFault(error, description);
};

const sentences = [
  [/^Client not enabled to retrieve service account$/, 'agents_not_allowed'],
  [/^Standard token exchange is not enabled\b/, 'exchange_not_allowed'],
  [/^Public client is not allowed\b/, 'exchange_not_allowed'],
  [/^(?:Audience not found|Client disabled)$/, 'audience_unknown'],
  [/^Requested audience not available\b/, 'audience_not_allowed'],
  [/^Client is not within the token audience$/, 'presented_for_others'],
  // Of the client that exchanges, or of the token that is presented: what it gave would be bound either way.
  [/^DPoP proof is missing$/, 'exchanged_tokens_bound'],
  [/^Sender-constrained token exchange rejected\b/, 'presented_token_bound'],
] as const;
