import type { PlayedAnswer } from '../gate.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** How the identity provider behaves from now on. What is not said is as OpenID Connect has it. */
export interface Behaviour {
  /** Who signs in, with what the id_token says of them. */
  readonly person?: Claims;
  /** What the userinfo endpoint says; undefined: the same as the id_token. */
  readonly userinfo?: Claims;
  /** Changes the claims of the next id_tokens. */
  readonly claims?: (claims: Claims) => Claims;
  /** Signs in another way than with a key of the key set. */
  readonly signing?: 'stranger' | 'none' | 'HS256';
  /** Members of the discovery document that differ. */
  readonly metadata?: Claims;
  /** `iss` on the way back; null: none. */
  readonly iss?: string | null;
  /** In place of a code on the way back. */
  readonly error?: string;
  /** Answers every request so. */
  readonly status?: number;
  /** What paths answer in place of what they should. */
  readonly answers?: Readonly<Record<string, PlayedAnswer>>;
  /** The paths that answer 503. */
  readonly down?: readonly string[];
  /** The paths that answer 10 MB. */
  readonly huge?: readonly string[];
  /** The paths that never answer. */
  readonly mute?: readonly string[];
  /** The paths that answer a byte at a time, without an end. */
  readonly drips?: readonly string[];
  /** Members of the answers of the token endpoint that differ. */
  readonly tokens?: Claims;
  /** Answers refreshes with this OAuth error. */
  readonly refreshError?: string;
  /** What it says beside that. */
  readonly refreshErrorDescription?: string;
  /** Takes a refresh token again that it has replaced, as providers with a grace do. */
  readonly takesSpent?: boolean;
  /** A refresh token that nobody used for so many seconds is taken no more. */
  readonly refreshIdle?: number;
  readonly withoutIdTokenOnRefresh?: boolean;
  /** Milliseconds before each answer of the token endpoint. */
  readonly slow?: number;
  /** How far its clock is ahead. Seconds. */
  readonly ahead?: number;
  /** Members of the header of the next id_tokens besides `alg` and `kid`. */
  readonly header?: Claims;
  /** The name that all its keys have. */
  readonly keyName?: string;
  /** Changes the key set. */
  readonly keys?: (keys: readonly Claims[]) => readonly Claims[];
  /** Answers of paths that OpenID Connect knows nothing of. */
  readonly besides?: Readonly<Record<string, (asked: Asked) => Answered>>;
  /** Where the browser is not sent back, why; asked of the parameters of each authorization request. */
  readonly refuses?: (parameters: URLSearchParams) => string | undefined;
}

export interface Asked {
  readonly url: URL;
  readonly method: string;
  readonly authorization: string | undefined;
  /** A proof of possession (RFC 9449 §4). */
  readonly proof: string | undefined;
  readonly body: string;
}

export interface Answered {
  readonly status: number;
  readonly body: object;
}
