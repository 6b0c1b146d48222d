/** The part of oidc-provider, which ships no types, that the demo IdP uses. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface Interaction {
    readonly uid: string;
    readonly prompt: { readonly name: string };
    readonly params: Readonly<Record<string, unknown>>;
    readonly session?: { readonly accountId: string };
  }

  export interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export interface KoaContext {
    readonly oidc: {
      readonly provider: Provider;
      readonly client: { readonly clientId: string };
      readonly session: { readonly accountId: string };
      readonly params?: Readonly<Record<string, unknown>>;
    };
  }

  export class Provider {
    constructor(issuer: string, configuration: object);
    on(event: 'refresh_token.saved', told: (token: { readonly grantId: string }) => void): void;
    on(event: 'grant.revoked', told: (context: unknown, grantId: string) => void): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>;
    readonly AccessToken: {
      /** Undefined for one that is unknown, expired or revoked. */
      find(
        token: string,
      ): Promise<{ readonly accountId: string; readonly scopes: ReadonlySet<string> } | undefined>;
    };
    readonly Grant: new (properties: { accountId: string; clientId: string }) => Grant;
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  export function createMemoryAdapter(): (model: string) => object;
}
