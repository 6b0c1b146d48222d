/** One route as its template describes it. */
export interface RouteDefinition {
  readonly key: string;
  readonly integrationId: string;
  readonly authorization: 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'JWT';
  /** Of a route that asks an authorizer of the API: `CUSTOM` and `JWT`. */
  readonly authorizerId?: string;
  /** `JWT` only: the token must have one of these. */
  readonly scopes?: readonly string[];
}

export type IntegrationDefinition =
  | { readonly kind: 'function'; readonly functionArn: string; readonly timeoutMilliseconds: number }
  | {
      readonly kind: 'http';
      readonly url: string;
      /** `ANY` hands the request's own method on. */
      readonly method: string;
      readonly timeoutMilliseconds: number;
    };

export type AuthorizerDefinition =
  | {
      readonly kind: 'function';
      readonly functionArn: string;
      /** Names of the headers without which the function is not asked. */
      readonly identityHeaders: readonly string[];
    }
  | {
      readonly kind: 'jwt';
      readonly issuer: string;
      readonly audience: readonly string[];
      readonly identityHeader: string;
    };

/** One HTTP API of a template. */
export interface HttpApiModel {
  readonly id: string;
  /** The origin it is served at. */
  readonly endpoint: string;
  readonly routes: readonly RouteDefinition[];
  /** Both throw for an id that the API does not have. */
  readonly integration: (id: string) => IntegrationDefinition;
  readonly authorizer: (id: string) => AuthorizerDefinition;
  /** The origins of the domains that lead to it besides its own endpoint. */
  readonly domains: readonly string[];
}

/** The HTTP APIs of a template while they are being provisioned. Every `add…` throws for an API that does not exist. */
export interface HttpApiBuilder {
  readonly addApi: (id: string, endpoint: string) => void;
  readonly addRoute: (apiId: string, route: RouteDefinition) => void;
  readonly addIntegration: (apiId: string, id: string, integration: IntegrationDefinition) => void;
  readonly addAuthorizer: (apiId: string, id: string, authorizer: AuthorizerDefinition) => void;
  /** A domain and the origin that it is served at; and that it leads to an API. */
  readonly addDomain: (name: string, origin: string) => void;
  readonly mapDomain: (apiId: string, name: string) => void;
  readonly build: () => readonly HttpApiModel[];
}

interface Parts {
  readonly endpoint: string;
  readonly routes: RouteDefinition[];
  readonly integrations: Map<string, IntegrationDefinition>;
  readonly authorizers: Map<string, AuthorizerDefinition>;
  readonly domains: string[];
}

export function createHttpApiBuilder(): HttpApiBuilder {
  const apis = new Map<string, Parts>();
  const origins = new Map<string, string>();
  const partsOf = (id: string): Parts => found(apis, id, 'API');
  return {
    addApi: (id, endpoint) => {
      apis.set(id, { endpoint, routes: [], integrations: new Map(), authorizers: new Map(), domains: [] });
    },
    addRoute: (apiId, route) => {
      partsOf(apiId).routes.push(route);
    },
    addIntegration: (apiId, id, integration) => {
      partsOf(apiId).integrations.set(id, integration);
    },
    addAuthorizer: (apiId, id, authorizer) => {
      partsOf(apiId).authorizers.set(id, authorizer);
    },
    addDomain: (name, origin) => {
      origins.set(name, origin);
    },
    mapDomain: (apiId, name) => {
      partsOf(apiId).domains.push(found(origins, name, 'domain'));
    },
    build: () =>
      [...apis].map(([id, { endpoint, routes, integrations, authorizers, domains }]) => ({
        ...{ id, endpoint, routes, domains },
        integration: (integrationId) => found(integrations, integrationId, 'integration'),
        authorizer: (authorizerId) => found(authorizers, authorizerId, 'authorizer'),
      })),
  };
}

function found<Value>(all: ReadonlyMap<string, Value>, id: string, what: string): Value {
  const value = all.get(id);
  if (value === undefined) throw new Error(`the template names the ${what} ${id}, which does not exist`);
  return value;
}
