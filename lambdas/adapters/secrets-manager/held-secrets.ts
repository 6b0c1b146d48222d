import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import { after, type Clock, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { Secret } from '../../runtime/secret.ts';
import { calling } from '../aws.ts';

/** Seconds; and the first refusal by whom it is for ends it. */
const maximumAge = 300;

const withMember = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ client_secret: v.pipe(v.string(), v.nonEmpty()) }),
);

export interface HeldSecrets {
  /** `of`: whose it is, as a dependency. */
  readonly current: (name: string, of: string) => Promise<Secret>;
  readonly doubt: (name: string) => void;
}

/**
 * Secrets of ours at others: the text of a secret of Secrets Manager, or its member `client_secret` where it is a JSON object.
 * Read anew after 5 minutes.
 */
export function secretsManagerHeldSecrets(options: {
  readonly client: SecretsManagerClient;
  /** The ARN of each, by its name. */
  readonly arns: ReadonlyMap<string, string>;
  readonly clock: Clock;
}): HeldSecrets {
  const { client, arns, clock } = options;
  const known = new Map<string, { readonly secret: Secret; readonly asOf: Instant }>();
  return {
    current: async (name, of) => {
      const now = clock();
      const held = known.get(name);
      if (held !== undefined && now >= held.asOf && now < after(held.asOf, maximumAge)) return held.secret;
      const SecretId = arns.get(name);
      if (SecretId === undefined) {
        // While a deployment changes how we prove ourselves, the registration may be older than the function.
        const cause = new Error('the deployment has no secret for it');
        throw new DependencyUnavailable(of, { cause, retryAfterSeconds: 5 });
      }
      const { SecretString: text = '' } = await calling('Secrets Manager', () =>
        client.send(new GetSecretValueCommand({ SecretId })),
      );
      if (text === '') throw new Error(`${SecretId} holds no text`);
      const json = v.safeParse(withMember, text);
      const secret = new Secret(json.success ? json.output.client_secret : text);
      known.set(name, { secret, asOf: now });
      return secret;
    },
    doubt: (name) => {
      known.delete(name);
    },
  };
}
