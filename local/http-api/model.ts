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
}

/** The HTTP APIs of a template while they are being provisioned. Every `add…` throws for an API that does not exist. */
export interface HttpApiBuilder {
  readonly addApi: (id: string, endpoint: string) => void;
  readonly addRoute: (apiId: string, route: RouteDefinition) => void;
  readonly addIntegration: (apiId: string, id: string, integration: IntegrationDefinition) => void;
  readonly addAuthorizer: (apiId: string, id: string, authorizer: AuthorizerDefinition) => void;
  readonly build: () => readonly HttpApiModel[];
}

interface Parts {
  readonly endpoint: string;
  readonly routes: RouteDefinition[];
  readonly integrations: Map<string, IntegrationDefinition>;
  readonly authorizers: Map<string, AuthorizerDefinition>;
}

export function createHttpApiBuilder(): HttpApiBuilder {
  const apis = new Map<string, Parts>();
  const partsOf = (id: string): Parts => found(apis, id, 'API');
  return {
    addApi: (id, endpoint) => {
      apis.set(id, { endpoint, routes: [], integrations: new Map(), authorizers: new Map() });
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
    build: () =>
      [...apis].map(([id, { endpoint, routes, integrations, authorizers }]) => ({
        ...{ id, endpoint, routes },
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
