import { createPublicKey, type JsonWebKey } from 'node:crypto';
import * as v from 'valibot';
import { publicKeyOf } from '../../lambdas/oauth/metadata/provider-key-set.ts';
import { assertionAlgorithms } from '../../lambdas/ports/identity-providers.ts';
import type { KeyThumbprint } from '../../lambdas/runtime/identifiers.ts';
import type { Command } from './command.ts';
import { Refused, UsageError } from './failure.ts';
import { type Target, targetOf } from './target.ts';

const publicJwk = v.variant('kty', [
  v.object({ kty: v.literal('RSA'), n: v.string(), e: v.string() }),
  v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: v.string(), y: v.string() }),
]);

const shown = v.object({
  client_authentication: v.variant('method', [
    v.object({ method: v.literal('client_secret') }),
    v.object({
      method: v.literal('private_key_jwt'),
      alg: v.picklist(assertionAlgorithms),
      keys: v.array(v.object({ id: v.string(), key_arn: v.string(), kid: v.string(), jwk: publicJwk })),
    }),
  ]),
});

/** `vestibule idp key …`: what an identity provider has to know, to know the deployment by its keys. */
export const idpKeyCommand: Command = {
  usage: () => 'idp key <id>',
  summary: () => 'print the public keys by which an identity provider knows the deployment, as JWK and PEM',
  kinds: ['idp'],
  options: () => [],
  run: async ({ operands: [id, ...rest], values, surroundings, admin }) => {
    if (id === undefined || id === '') throw new UsageError('name the idp');
    if (rest.length > 0) throw new UsageError(`${JSON.stringify(rest[0])} is one word too many`);
    const read = v.parse(shown, await admin().send('GET', `idps/${encodeURIComponent(id)}`));
    const { client_authentication: proof } = read;
    if (proof.method === 'client_secret') {
      throw new Refused(
        `${id} knows the deployment by a client secret; a key takes its place with \`authentication: { method: 'private_key_jwt', alg: 'RS256' }\` in identityProviders[] of the config`,
      );
    }
    const jwksUri = `${issuerOf(targetOf(values, surroundings))}/.well-known/identity-provider-keys/${id}`;
    const keys = proof.keys.map(({ id: name, key_arn: keyArn, kid, jwk }, position) => ({
      ...{ id: name, signs: position === 0, key_arn: keyArn },
      ...{ jwk: publicKeyOf({ kid: kid as KeyThumbprint, publicJwk: jwk }, proof.alg), pem: pemOf(jwk) },
    }));
    const texts = keys.map(
      ({ id: name, signs, key_arn: keyArn, jwk, pem }) =>
        `key ${name}${signs ? ', which signs' : ''}: ${keyArn}\n${JSON.stringify(jwk, undefined, 2)}\n${pem}`,
    );
    return {
      text: [`jwks_uri  ${jwksUri}`, ...texts].join('\n\n').trimEnd(),
      json: { jwks_uri: jwksUri, keys },
    };
  },
};

function issuerOf({ admin }: Target): string {
  return admin.replace(/\/admin$/, '');
}

function pemOf(jwk: JsonWebKey): string {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}
