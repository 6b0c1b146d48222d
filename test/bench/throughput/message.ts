import type { SigningAlgorithm } from '../../../lambdas/ports/signing.ts';

export type SubjectName = 'vestibule' | 'oidc-provider' | 'oauth2-server' | 'floor' | 'lowest floor';

/** The one client of every server, and what it asks for. */
export interface Market {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly resource: string;
  readonly scope: string;
  /** What its token requests say, besides what proves the client. */
  readonly form: Readonly<Record<string, string>>;
  /** Who acts in somebody else's name by these tokens; absent where nobody does. */
  readonly actor?: string;
}

/** Whether what a server knows of the registry may be used, or has to be read anew for every request. */
export type Caches = 'warm' | 'cold';

export interface SubjectSettings {
  readonly subject: SubjectName;
  readonly algorithm: SigningAlgorithm;
  readonly market: Market;
  /** PKCS #8, for those that sign in their own process with a key they are given. */
  readonly privateKey: string;
  readonly kid: string;
  /** The directory of the token function's code. */
  readonly taskRoot: string;
  readonly caches: Caches;
}

/** To a server: begin, or tell how much processor time you have used. */
export type ToServer =
  { readonly kind: 'start'; readonly settings: SubjectSettings } | { readonly kind: 'usage' };

/** Microseconds of processor time, on all threads. */
export type FromServer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'usage'; readonly microseconds: number };

export interface Volley {
  readonly port: number;
  readonly path: string;
  readonly market: Market;
  readonly connections: number;
  readonly milliseconds: number;
  readonly algorithm: SigningAlgorithm;
  readonly keys: readonly object[];
}

/** What one volley brought: every token verified, and none seen before. */
export interface VolleyResult {
  readonly tokens: number;
  readonly milliseconds: number;
}
