import { type ClientAuth, ClientSecretBasic, ClientSecretPost } from 'oauth4webapi';
import { assertionInput } from '../../oauth/people/client-assertion.ts';
import type { AssertionSigner } from '../../ports/assertion-signer.ts';
import type { OwnProof } from '../../ports/enrolments.ts';
import type { IdentityProvider, ProofByKey } from '../../ports/identity-providers.ts';
import type { SpokenTo } from '../../ports/upstream.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { ProviderMetadata } from './provider-documents.ts';

/** Our client secrets at the providers. */
export interface ProviderSecrets {
  /** `name`: the id of the provider, or that of an API whose client is another one. */
  readonly current: (idp: IdpId, name?: string) => Promise<Secret>;
  /** The provider did not take it: what is remembered may be old. */
  readonly doubt: (name: string) => void;
}

/** What we prove ourselves by at identity providers. */
export interface ProofPorts {
  readonly secrets: ProviderSecrets;
  readonly signer: AssertionSigner;
  readonly clock: Clock;
  readonly random: Random;
}

/** How we prove ourselves at a provider. Nothing is signed before a request asks for it. */
export async function authenticationAt(
  idp: SpokenTo,
  metadata: ProviderMetadata,
  ports: ProofPorts,
): Promise<ClientAuth> {
  const { clientProof, ownProof, secretName } = idp;
  // A client of its own at the provider exchanges for no API by another one's proof.
  if (ownProof !== undefined && secretName === undefined) return byOwnProof(await ownProof());
  if (clientProof.method === 'private_key_jwt') return byKey(idp, clientProof, metadata, ports);
  return bySecret(idp, metadata, await ports.secrets.current(idp.id, idp.secretName));
}

/** As the provider registered the client. */
function byOwnProof({ method, secret }: OwnProof): ClientAuth {
  return method === 'client_secret_basic'
    ? ClientSecretBasic(secret.reveal())
    : ClientSecretPost(secret.reveal());
}

/** OIDC Core §9: by the methods that the provider says it takes; Basic is what it takes that says nothing. */
function bySecret({ id }: IdentityProvider, metadata: ProviderMetadata, secret: Secret): ClientAuth {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (methods.includes('client_secret_basic')) return ClientSecretBasic(secret.reveal());
  if (methods.includes('client_secret_post')) return ClientSecretPost(secret.reveal());
  throw new DependencyUnavailable(`identity provider ${id}`, {
    cause: new Error('it takes no client secret'),
    retryAfterSeconds: 5,
  });
}

/** RFC 7523 §2.2, RFC 7521 §4.2. */
function byKey(
  idp: IdentityProvider,
  proof: ProofByKey,
  { issuer, token_endpoint: tokenEndpoint }: ProviderMetadata,
  { signer, clock, random }: ProofPorts,
): ClientAuth {
  return async (_as, _client, body) => {
    const [key] = proof.keys;
    const names = { issuer, tokenEndpoint };
    const input = assertionInput(idp, proof, names, { jti: random(16), now: clock() });
    const signature = await signer.sign(key, proof.alg, input);
    body.set('client_id', idp.clientId);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', `${input}.${Buffer.from(signature).toString('base64url')}`);
  };
}
