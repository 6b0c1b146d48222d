import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import {
  type ConnectionBinding,
  type ConnectionPart,
  type ConnectionSeals,
  type KeptSecret,
  namesOfBinding,
} from '../../ports/connections.ts';
import { systemRandom } from '../../runtime/random.ts';
import { Secret } from '../../runtime/secret.ts';
import { calling } from '../aws.ts';

interface Options {
  readonly client: SecretsManagerClient;
  /** The ARN of the key that encrypts them. */
  readonly keyArn: string;
  readonly deployment: string;
}

const parts = ['access', 'grant'] as const;

const stored = v.pipe(v.string(), v.parseJson(), v.object({ of: v.string(), text: v.string() }));

/** Tokens of third parties, each part of a connection in a secret of its own, whose value says whose it is. */
export function secretsManagerConnectionSeals(options: Options): ConnectionSeals {
  const { client } = options;
  return {
    prepare: (binding) =>
      calling('Secrets Manager', async () => {
        // Where it can not be asked, nothing is had of the provider that could not be kept.
        const [access, grant] = await Promise.all(
          parts.map((part) => exists(options, nameOf(options, binding, part))),
        );
        const known = { access: access === true, grant: grant === true };
        return (part, text) => put(options, { binding, part, text, isThere: known[part] });
      }),
    open: async (binding, part, kept) => {
      if (kept.in !== 'secret') throw new Error('it is kept in its item, and in no secret');
      const { SecretString: value = '' } = await calling('Secrets Manager', () =>
        client.send(new GetSecretValueCommand({ SecretId: kept.arn, VersionId: kept.version })),
      );
      // An issue of the parser would hold the value.
      const { success: isRead, output } = v.safeParse(stored, value);
      if (!isRead || output.of !== boundTo(options, binding, part)) {
        throw new Error('what is kept there is of another connection');
      }
      return new Secret(output.text);
    },
    forget: (binding) =>
      calling('Secrets Manager', async () => {
        await Promise.all(parts.map((part) => forget(options, nameOf(options, binding, part))));
      }),
  };
}

/** Roles are limited to what it begins with. */
function nameOf({ deployment }: Options, { connection }: ConnectionBinding, part: ConnectionPart): string {
  return `${deployment}/connection/${part}/${connection}`;
}

/** As the encryption context of an envelope. */
function boundTo({ deployment }: Options, binding: ConnectionBinding, part: ConnectionPart): string {
  return JSON.stringify({ deployment, part, ...namesOfBinding(binding) });
}

async function exists({ client }: Options, SecretId: string): Promise<boolean> {
  try {
    await client.send(new DescribeSecretCommand({ SecretId }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

interface Sealing {
  readonly binding: ConnectionBinding;
  readonly part: ConnectionPart;
  readonly text: Secret;
  readonly isThere: boolean;
}

/** A version is named before it is there: sent again after a lost reply, it is the same one. */
function put(options: Options, { binding, part, text, isThere }: Sealing): Promise<KeptSecret> {
  const { client, keyArn: KmsKeyId } = options;
  const Name = nameOf(options, binding, part);
  const ClientRequestToken = systemRandom(32);
  const SecretString = JSON.stringify({ of: boundTo(options, binding, part), text: text.reveal() });
  const add = async (): Promise<string | undefined> => {
    const command = new PutSecretValueCommand({ SecretId: Name, SecretString, ClientRequestToken });
    return (await client.send(command)).ARN;
  };
  const create = async (): Promise<string | undefined> => {
    try {
      const command = new CreateSecretCommand({ Name, KmsKeyId, SecretString, ClientRequestToken });
      return (await client.send(command)).ARN;
    } catch (error) {
      // Somebody else seals for it too.
      if (error instanceof ResourceExistsException) return add();
      throw error;
    }
  };
  return calling('Secrets Manager', async () => {
    const arn = await (isThere ? add() : create());
    if (arn === undefined) throw new Error(`${Name} has no ARN`);
    return { in: 'secret', arn, version: ClientRequestToken };
  });
}

async function forget({ client }: Options, SecretId: string): Promise<void> {
  try {
    await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
}
