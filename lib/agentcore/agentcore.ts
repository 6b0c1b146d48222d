import { Stack } from 'aws-cdk-lib';
import { Construct, type IDependable } from 'constructs';
import { InvalidConfig } from '../config/check-config.ts';
import type { ClientConfig, VestibuleConfig } from '../config/config.ts';
import { didYouMean, show } from '../config/problem.ts';
import { requireBearer } from '../config/require-bearer.ts';
import { requireJwt } from '../config/require-jwt.ts';
import { requireRs256 } from '../config/require-rs256.ts';
import { signingOf } from '../config/signing.ts';
import type { DataKey } from '../constructs/data-key.ts';
import type { Registrations } from '../constructs/registrations.ts';
import type { Retention } from '../constructs/retention.ts';
import { type AttachedResource, checkAttached, withAttached } from './attached-resource.ts';
import { CredentialProvider } from './credential-provider.ts';
import { checkCredentialProvider, type CredentialProviderOptions } from './credential-provider-options.ts';
import { GatewayAuthorizer, type GatewayAuthorizerOptions } from './gateway-authorizer.ts';
import type { Guard } from './guard.ts';
import { jwtRules } from './jwt-rules.ts';
import { type Exchanger, unworkable } from './obo.ts';
import { RuntimeAuthorizer, type RuntimeAuthorizerOptions } from './runtime-authorizer.ts';

export interface AgentCoreProps {
  readonly retention: Retention;
  readonly dataKey: DataKey;
  readonly config: VestibuleConfig;
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly tokenEndpoint: string;
  readonly registrations: Registrations;
  /** What must be there before the issuer answers with its metadata and its keys. */
  readonly issuerAnswers: readonly IDependable[];
}

/** Wires Amazon Bedrock AgentCore to the deployment, on both sides at once. */
export class AgentCore extends Construct {
  readonly #props: AgentCoreProps;
  readonly #attached: AttachedResource[] = [];
  readonly #clients: ClientConfig[] = [];
  readonly #exchangers: Exchanger[] = [];
  /** Ids of the agents that AgentCore proves by their execution role. */
  readonly #roles = new Set<string>();
  /** Resources that wait for the construct which they belong to, and the method that made each wait. */
  readonly #waiting = new Map<string, string>();

  constructor(scope: Construct, id: string, props: AgentCoreProps) {
    super(scope, id);
    this.#props = props;
    this.node.addValidation({
      validate: () => {
        const whole = withAttached(props.config, this.#attached);
        return [
          ...[...this.#waiting].map(
            ([resource, method]) =>
              `the ${method} of resource '${resource}' guards nothing; call its attachTo with what it guards`,
          ),
          ...this.#exchangers.flatMap((exchanger) => unworkable(exchanger, whole, this.#roles)),
        ];
      },
    });
  }

  gatewayAuthorizer(options: GatewayAuthorizerOptions): GatewayAuthorizer {
    const guard = this.guard('gatewayAuthorizer', options.resource);
    return new GatewayAuthorizer(guard, jwtRules(this.#props.discoveryUrl, guard.resource, options), options);
  }

  runtimeAuthorizer(options: RuntimeAuthorizerOptions): RuntimeAuthorizer {
    const guard = this.guard('runtimeAuthorizer', options.resource);
    return new RuntimeAuthorizer(guard, jwtRules(this.#props.discoveryUrl, guard.resource, options), options);
  }

  credentialProvider(id: string, options: CredentialProviderOptions): CredentialProvider {
    const { clientId = `${options.agent}-agentcore` } = options;
    const { config } = this.#props;
    checkCredentialProvider({ ...config, clients: [...config.clients, ...this.#clients] }, clientId, options);
    const { agent, authentication, obo } = options;
    this.#clients.push({
      ...{ id: clientId, agent },
      authentication: { method: 'client_secret_basic' },
    });
    if (authentication === 'aws-iam-jwt') this.#roles.add(agent);
    if (obo) this.#exchangers.push({ clientId, agent, obo });
    return new CredentialProvider(this, id, { ...this.#props, ...options, clientId });
  }

  private guard(method: string, resource: string | AttachedResource): Guard {
    requireRs256(signingOf(this.#props.config), 'AgentCore');
    return typeof resource === 'string'
      ? this.guardOfDeclared(method, resource)
      : this.guardOfAttached(method, resource);
  }

  private guardOfDeclared(method: string, id: string): Guard {
    const { resources } = this.#props.config;
    const declared = resources.find((resource) => resource.id === id);
    if (declared === undefined) {
      const ids = resources.map((resource) => resource.id);
      const fix = ids.length === 0 ? 'the config has no resources: add it' : didYouMean(id, ids);
      const text = `${show(id)} is no resource of this config; ${fix}`;
      throw new InvalidConfig([{ path: 'resource', text }]);
    }
    requireJwt(declared, 'AgentCore');
    requireBearer(declared, 'AgentCore');
    const { audience = declared.uri, scopes } = declared;
    return {
      resource: { id, audience, scopes: Object.keys(scopes) },
      attachTo: this.onceFor(method, id, () => undefined),
    };
  }

  private guardOfAttached(method: string, resource: AttachedResource): Guard {
    const { config, issuer, registrations } = this.#props;
    checkAttached(config, this.#attached, resource);
    this.#attached.push(resource);
    const { agents = {}, onBehalfOf = {}, ...declared } = resource;
    const audience = `${issuer}/resources/${resource.id}`;
    return {
      resource: { id: resource.id, audience, scopes: Object.keys(resource.scopes) },
      attachTo: this.onceFor(method, resource.id, (guarded, uri) => {
        const [given] = Object.entries({ agents, onBehalfOf }).filter(([, of]) => Object.keys(of).length > 0);
        if (Stack.of(guarded) !== Stack.of(this) && given !== undefined) {
          const text = `is given, but '${guarded.node.path}' is in another stack than the agents, and each would wait for the other; put it into theirs`;
          throw new InvalidConfig([{ path: `resource.${given[0]}`, text }]);
        }
        registrations.attachResource({ ...declared, uri, audience }, { agents, onBehalfOf }, guarded);
      }),
    };
  }

  private onceFor(method: string, resource: string, attach: Guard['attachTo']): Guard['attachTo'] {
    this.#waiting.set(resource, method);
    let attachedTo: string | undefined;
    return (guarded, uri) => {
      if (attachedTo !== undefined) {
        const text = `${show(resource)} is attached to '${attachedTo}'; make another authorizer, with a resource of its own`;
        throw new InvalidConfig([{ path: 'resource', text }]);
      }
      attach(guarded, uri);
      for (const dependency of this.#props.issuerAnswers) guarded.node.addDependency(dependency);
      attachedTo = guarded.node.path;
      this.#waiting.delete(resource);
    };
  }
}
