import { CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type AttachedScopes, withAttachedScopes } from '../config/attached-scopes.ts';
import type { AgentConfig, ClientConfig, ResourceConfig, VestibuleConfig } from '../config/config.ts';
import { withUsualGrants } from '../config/usual-grants.ts';
import { egressDeclaration } from '../egress/declaration.ts';
import { resolveProvider } from '../egress/resolve.ts';
import { egressResources } from '../egress/resources.ts';
import { apiDeclaration } from './api-declaration.ts';
import { ClientSecret } from './client-secret.ts';
import type { DataKey } from './data-key.ts';
import { agentDeclaration, clientDeclaration, resourceDeclaration } from './declarations.ts';
import { identityProviderDeclaration } from './identity-provider-declaration.ts';
import type { ProviderKeys } from './provider-keys.ts';
import type { Retention } from './retention.ts';

export interface RegistrationsProps {
  readonly config: VestibuleConfig;
  readonly issuer: string;
  readonly clientSecrets: ReadonlyMap<string, ClientSecret>;
  /** Of the identity providers that know the deployment by keys. */
  readonly providerKeys: ReadonlyMap<string, ProviderKeys> | undefined;
  /** The function behind every registration. */
  readonly registrar: IFunction;
}

interface Attached extends AttachedScopes {
  readonly resource: ResourceConfig;
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
      .filter(({ authentication: { method } }) => method.startsWith('client_secret_'))
      .map(({ id }) => [id, new ClientSecret(scope, `Secret-${id}`, { clientId: id, dataKey, retention })]),
  );
}

/**
 * One custom resource per registered thing. They are independent of each other: references between them are ids and
 * URIs that the config check has resolved. The registrar's policy precedes them, because its function depends on it.
 */
export class Registrations extends Construct {
  /** The function behind every registration. */
  readonly registrar: IFunction;
  readonly #config: VestibuleConfig;
  /** Those that agents name as they name resources, besides the resources of the config. */
  readonly #targets: readonly { readonly id: string; readonly uri: string }[];
  readonly #attached: Attached[] = [];

  constructor(scope: Construct, id: string, props: RegistrationsProps) {
    super(scope, id);
    const { config, issuer, clientSecrets: secrets, registrar } = props;
    this.registrar = registrar;
    this.#config = config;
    const proxied = egressResources(config.egress, issuer);
    this.#targets = [...proxied, ...(config.downstreamApis ?? [])];
    const targets = [...config.resources, ...this.#targets];
    for (const resource of [...config.resources, ...proxied]) {
      this.registerDeclared(
        this,
        `Resource-${resource.id}`,
        'Custom::VestibuleResource',
        resourceDeclaration(resource, targets),
      );
    }
    for (const agent of config.agents) {
      this.registerDeclared(this, `Agent-${agent.id}`, 'Custom::VestibuleAgent', () =>
        this.declarationOf(agent),
      );
    }
    this.registerOthers(props, targets);
    for (const client of config.clients) {
      const secret = secrets.get(client.id);
      this.registerClient(client, secret && { SecretArn: secret.secretArn });
    }
  }

  /**
   * Registers a resource whose URI `by` makes in the same deployment, in the stack of `by`, and gives agents of the
   * config what is theirs there. Those agents are registered once it is made.
   */
  attachResource(resource: ResourceConfig, agents: AttachedScopes, by: Construct): CustomResource {
    this.#attached.push({ resource, ...agents });
    const isHere = Stack.of(by) === Stack.of(this);
    return this.registerDeclared(
      isHere ? this : Stack.of(by),
      `${isHere ? '' : 'Vestibule-'}Resource-${resource.id}`,
      'Custom::VestibuleResource',
      resourceDeclaration(resource, []),
    );
  }

  /** Registers a client of an agent or a resource; `more` says where its secret or key is. */
  registerClient(client: ClientConfig, more: Readonly<Record<string, string>> = {}): CustomResource {
    return this.registerDeclared(
      this,
      `Client-${client.id}`,
      'Custom::VestibuleClient',
      () => {
        const whole = this.whole();
        return clientDeclaration(withUsualGrants(client, whole), whole.resources);
      },
      more,
    );
  }

  /** Lets a registered client be sent back to a URL that another resource of the deployment has. */
  attachRedirect(clientId: string, redirectUri: string): CustomResource {
    const redirect = this.register(this, `Redirect-${clientId}`, 'Custom::VestibuleRedirect', {
      ClientId: clientId,
      RedirectUri: redirectUri,
    });
    redirect.node.addDependency(this.node.findChild(`Client-${clientId}`));
    return redirect;
  }

  /** Identity providers with the APIs behind them, and third parties. */
  private registerOthers(
    { config, providerKeys }: RegistrationsProps,
    targets: readonly { readonly id: string; readonly uri: string }[],
  ): void {
    for (const idp of config.identityProviders ?? []) {
      this.registerDeclared(
        this,
        `IdentityProvider-${idp.id}`,
        'Custom::VestibuleIdentityProvider',
        identityProviderDeclaration(idp, config.roles, targets, providerKeys?.get(idp.id)),
      );
    }
    for (const api of config.downstreamApis ?? []) {
      this.registerDeclared(this, `Api-${api.id}`, 'Custom::VestibuleDownstreamApi', apiDeclaration(api));
    }
    for (const entry of config.egress?.providers ?? []) {
      this.registerDeclared(
        this,
        `EgressProvider-${entry.id}`,
        'Custom::VestibuleEgressProvider',
        egressDeclaration(resolveProvider(entry), config.agents),
      );
    }
  }

  private declarationOf({ id }: AgentConfig): object {
    const { agents, resources } = this.whole();
    const agent = agents.find((candidate) => candidate.id === id);
    return agent === undefined ? {} : agentDeclaration(agent, [...resources, ...this.#targets]);
  }

  /** Complete only at synthesis, when all that was attached is known. */
  private whole(): Pick<VestibuleConfig, 'agents' | 'resources'> {
    const { agents, resources } = this.#config;
    const attached = this.#attached.map(({ resource: { id }, ...given }) => ({ id, ...given }));
    return {
      agents: agents.map((agent) => withAttachedScopes(agent, attached)),
      resources: [...resources, ...this.#attached.map(({ resource }) => resource)],
    };
  }

  private registerDeclared(
    scope: Construct,
    id: string,
    type: `Custom::Vestibule${string}`,
    declaration: object | (() => object),
    more: Readonly<Record<string, string>> = {},
  ): CustomResource {
    const stack = Stack.of(scope);
    const text =
      typeof declaration === 'function'
        ? Lazy.string({ produce: () => stack.toJsonString((declaration as () => object)()) })
        : stack.toJsonString(declaration);
    return this.register(scope, id, type, { Declaration: text, ...more });
  }

  private register(
    scope: Construct,
    id: string,
    resourceType: `Custom::Vestibule${string}`,
    properties: Readonly<Record<string, string>>,
  ): CustomResource {
    return new CustomResource(scope, id, {
      serviceToken: this.registrar.functionArn,
      resourceType,
      properties,
      // A registrar that cannot even start is called three times in minutes; the default is to wait an hour.
      serviceTimeout: Duration.minutes(15),
    });
  }
}
