import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { VestibuleConfig } from '../config/config.ts';
import { ClientSecret } from './client-secret.ts';
import type { DataKey } from './data-key.ts';
import { agentDeclaration, clientDeclaration, resourceDeclaration } from './declarations.ts';
import type { Retention } from './retention.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface RegistrationsProps {
  readonly config: VestibuleConfig;
  readonly signingKeys: SigningKeys;
  readonly clientSecrets: ReadonlyMap<string, ClientSecret>;
  /** The function behind every registration. */
  readonly registrar: IFunction;
}

/** The secret of each client of the config that authenticates by one, by client id. */
export function clientSecrets(
  scope: Construct,
  { clients }: VestibuleConfig,
  dataKey: DataKey,
  retention: Retention,
): ReadonlyMap<string, ClientSecret> {
  return new Map(
    clients
      .filter(({ authentication }) => authentication.method !== 'private_key_jwt')
      .map(({ id }) => [id, new ClientSecret(scope, `Secret-${id}`, { clientId: id, dataKey, retention })]),
  );
}

/**
 * One custom resource per registered thing. They are independent of each other: references between them are ids and
 * URIs that the config check has resolved. The registrar's policy precedes them, because its function depends on it.
 */
export class Registrations extends Construct {
  readonly #serviceToken: string;

  constructor(scope: Construct, id: string, props: RegistrationsProps) {
    super(scope, id);
    const { config, signingKeys, clientSecrets: secrets, registrar } = props;
    this.#serviceToken = registrar.functionArn;
    this.register('SigningKeys', 'Custom::VestibuleSigningKeys', {
      ActiveKeyArn: signingKeys.active.keyArn,
      StandbyKeyArn: signingKeys.standby.keyArn,
    });
    for (const resource of config.resources) {
      this.registerDeclared(
        `Resource-${resource.id}`,
        'Custom::VestibuleResource',
        resourceDeclaration(resource),
      );
    }
    for (const agent of config.agents) {
      this.registerDeclared(
        `Agent-${agent.id}`,
        'Custom::VestibuleAgent',
        agentDeclaration(agent, config.resources),
      );
    }
    for (const client of config.clients) {
      const secret = secrets.get(client.id);
      this.registerDeclared(
        `Client-${client.id}`,
        'Custom::VestibuleClient',
        clientDeclaration(client, config.resources),
        secret && { SecretArn: secret.secretArn },
      );
    }
  }

  private registerDeclared(
    id: string,
    type: `Custom::Vestibule${string}`,
    declaration: object,
    more: Readonly<Record<string, string>> = {},
  ): void {
    this.register(id, type, { Declaration: Stack.of(this).toJsonString(declaration), ...more });
  }

  private register(
    id: string,
    resourceType: `Custom::Vestibule${string}`,
    properties: Readonly<Record<string, string>>,
  ): void {
    new CustomResource(this, id, {
      serviceToken: this.#serviceToken,
      resourceType,
      properties,
      // A registrar that cannot even start is called three times in minutes; the default is to wait an hour.
      serviceTimeout: Duration.minutes(15),
    });
  }
}
