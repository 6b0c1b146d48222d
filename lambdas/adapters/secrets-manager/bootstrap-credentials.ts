import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import type { Bootstrap } from '../../ports/enrolments.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { Secret } from '../../runtime/secret.ts';
import { calling } from '../aws.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const json = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.object({ token: text }),
    v.object({ client_id: text, client_secret: text, audience: v.exactOptional(text) }),
  ]),
);

/**
 * What administrators put in to have clients registered: a token, as the text of a secret or its member `token`, or a
 * client, as `client_id`, `client_secret` and, where need be, `audience`. Read anew each time: it is asked for seldom.
 */
export function secretsManagerBootstrap(options: {
  readonly client: SecretsManagerClient;
  /** The ARN of each. */
  readonly arns: ReadonlyMap<IdpId, string>;
}): (idp: IdpId) => Promise<Bootstrap> {
  return async (idp) => {
    const SecretId = options.arns.get(idp);
    if (SecretId === undefined) throw new Error(`there is no credential for identity provider ${idp}`);
    const { SecretString: value = '' } = await calling('Secrets Manager', () =>
      options.client.send(new GetSecretValueCommand({ SecretId })),
    );
    if (value === '') throw new Error(`${SecretId} holds no text`);
    const read = v.safeParse(json, value);
    if (!read.success) return { kind: 'token', token: new Secret(value.trim()) };
    const { output } = read;
    if ('token' in output) return { kind: 'token', token: new Secret(output.token) };
    const { client_id: clientId, client_secret: secret, audience } = output;
    return {
      kind: 'client',
      clientId,
      secret: new Secret(secret),
      ...(audience !== undefined && { audience }),
    };
  };
}
