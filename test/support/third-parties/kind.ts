import type { EgressProvider } from '../../../lambdas/ports/egress-providers.ts';

/** What was asked: query, form and JSON body as one. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** The members of a JSON body that are no texts, too. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly status: number;
  /** A form where it is a text. */
  readonly body: object | string;
}

/** Tokens as they are given, and what they are good for. */
export interface Given {
  readonly access: string;
  readonly refresh: string | undefined;
  readonly scopes: readonly string[];
}

/** What was granted, as the third party sees it. */
export interface Accounts {
  /** Whether there was a grant that the token is of, which is none from now on. */
  readonly revoke: (token: string) => boolean;
  /** The scopes of an access token that is good. */
  readonly scopesOf: (access: string) => readonly string[] | undefined;
  /** A token for nobody's account. */
  readonly mint: (scopes: readonly string[]) => Given;
}

/** One third party as its documentation has it. */
export interface Kind {
  readonly id: string;
  readonly declared: (origin: string) => Pick<EgressProvider, 'api' | 'scopes' | 'credential'>;
  /** The text of the deployment's secret there. */
  readonly secret: string;
  readonly paths: { readonly authorize?: string; readonly token: string };
  /** How scopes are asked for at the authorization endpoint. */
  readonly scope?: { readonly parameter: string; readonly separator: string };
  /** Whether a request to the token endpoint is in the form that it takes, and of our client. */
  readonly takes: (asked: Asked) => boolean;
  readonly given: (tokens: Given, by: 'code' | 'refresh' | 'client') => Reply;
  readonly refused: Readonly<Record<'client' | 'code' | 'refresh', Reply>>;
  /** `graceSeconds`: for so long a refresh token that was used is taken again. */
  readonly refresh: 'none' | 'stable' | { readonly graceSeconds: number };
  /** Whether fewer scopes are had by asking for fewer at a refresh. */
  readonly narrows?: boolean;
  /** Endings, its API, and whatever else it has. */
  readonly besides: (asked: Asked, accounts: Accounts) => Promise<Reply> | Reply;
}

export function basicOf({ headers }: Asked): string {
  const [, encoded = ''] = (headers['authorization'] ?? '').split(/^Basic /);
  return Buffer.from(encoded, 'base64').toString();
}

export function bearerOf({ headers }: Asked): string {
  return (headers['authorization'] ?? '').replace(/^(?:Bearer|token) /, '');
}

export const isForm = ({ contentType }: Asked): boolean =>
  contentType.startsWith('application/x-www-form-urlencoded');

export const isJson = ({ contentType }: Asked): boolean => contentType.startsWith('application/json');

/** What it answers where there is nothing. */
export const nothing: Reply = { status: 404, body: { message: 'Not Found' } };
