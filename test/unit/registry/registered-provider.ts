import type { IdentityProvider, ProfileName } from '../../../lambdas/ports/identity-providers.ts';
import { describe as sentence } from '../../../lambdas/registry/refusal.ts';
import { readTrusted } from '../../../lambdas/registry/rules.ts';
import { anApi } from '../../contract/store/mothers.ts';
import { context } from './judged-declarations.ts';

const publicJwk = { kty: 'RSA', n: 'n', e: 'AQAB' };
const key = { id: 'one', keyArn: 'arn:aws:kms:eu-west-1:1:key/one', kid: 'kid', publicJwk };
const keyedBy = { alg: 'RS256', audience: 'issuer', keys: [key] };

/** What an identity provider is registered as: by keys, unless it is to be by a secret. */
export function registered(
  provider: { readonly id: string; readonly issuer: string; readonly profile?: ProfileName },
  bySecret = false,
): IdentityProvider {
  const declared = { ...provider, name: provider.id, client_id: 'vestibule', domains: [] };
  const read = readTrusted('idp', declared, context);
  if (!read.ok) throw new Error(sentence(read.refusal));
  const { state, managedBy, createdAt, updatedAt } = anApi();
  const clientProof = bySecret
    ? read.value.clientProof
    : ({ method: 'private_key_jwt', ...keyedBy } as unknown as IdentityProvider['clientProof']);
  return { ...read.value, clientProof, state, managedBy, createdAt, updatedAt };
}
