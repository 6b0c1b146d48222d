/** One route as its template describes it. */
export interface RouteDefinition {
  readonly key: string;
  readonly integrationId: string;
  readonly authorization: 'NONE' | 'AWS_IAM';
}

export interface IntegrationDefinition {
  readonly functionArn: string;
  readonly timeoutMilliseconds: number;
}

/** The HTTP API of a template while it is being provisioned. */
export interface HttpApiModel {
  readonly id: string;
  readonly routes: readonly RouteDefinition[];
  readonly integration: (id: string) => IntegrationDefinition;
}

export interface HttpApiBuilder {
  /** Throws for a second API: the port of a run belongs to one. */
  readonly name: (id: string) => void;
  readonly addRoute: (route: RouteDefinition) => void;
  readonly addIntegration: (id: string, integration: IntegrationDefinition) => void;
  /** Undefined when the template has no HTTP API. */
  readonly build: () => HttpApiModel | undefined;
}

export function createHttpApiBuilder(): HttpApiBuilder {
  let apiId: string | undefined;
  const routes: RouteDefinition[] = [];
  const integrations = new Map<string, IntegrationDefinition>();
  return {
    name: (id) => {
      if (apiId !== undefined)
        throw new Error('the local run serves one HTTP API, and the template has several');
      apiId = id;
    },
    addRoute: (route) => {
      routes.push(route);
    },
    addIntegration: (id, integration) => {
      integrations.set(id, integration);
    },
    build: () =>
      apiId === undefined
        ? undefined
        : {
            id: apiId,
            routes,
            integration: (id) => {
              const integration = integrations.get(id);
              if (integration === undefined)
                throw new Error(`a route names the integration ${id}, which does not exist`);
              return integration;
            },
          },
  };
}
