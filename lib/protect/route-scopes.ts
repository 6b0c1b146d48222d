import { Lazy, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Which scopes the routes of a protected API ask for; complete at synthesis only. */
export class RouteScopes {
  readonly #scopes = new Map<string, string>();

  add(routeKeys: readonly string[], scopes: readonly string[]): void {
    for (const key of routeKeys) this.#scopes.set(key, scopes.join(' '));
  }

  /** `{"GET /orders": "orders:read"}`. */
  asJson(scope: IConstruct): string {
    return Lazy.string({ produce: () => Stack.of(scope).toJsonString(Object.fromEntries(this.#scopes)) });
  }
}
