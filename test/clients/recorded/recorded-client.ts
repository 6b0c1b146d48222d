/**
 * What one released MCP client sends, word for word as far as it is known, with `{names}` where each run has values of its
 * own. Hosts, ports and parameters are the client's; nothing here is what we would like it to send.
 */
export interface RecordedClient {
  readonly name: string;
  /** What the client does that others do not, and that has to be borne. */
  readonly peculiarity: string;
  readonly introduction: Introduction;
  /** Of a native app with the port that it happened to get. */
  readonly redirectUri: string;
  readonly state: string;
  /** The query of the authorization request. */
  readonly authorize: string;
  /** The form that redeems the code. */
  readonly token: string;
  /** The form of a refresh. */
  readonly refresh: string;
}

export type Introduction =
  | { readonly kind: 'document'; readonly url: string; readonly document: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'registration';
      readonly body: Readonly<Record<string, unknown>>;
      /** What the answer has to say beyond the echo of the body. */
      readonly answer?: Readonly<Record<string, unknown>>;
    };

/** Puts the values of a run into a recorded query or form. Throws for a name without a value. */
export function filledIn(recorded: string, values: Readonly<Record<string, string>>): URLSearchParams {
  const filled = recorded.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}}`);
    return encodeURIComponent(value);
  });
  return new URLSearchParams(filled);
}

/** As the MCP TypeScript SDK sends it, and what is built on it. */
export const sdkRequests = {
  authorize:
    'response_type=code&client_id={client_id}&code_challenge={code_challenge}&code_challenge_method=S256&redirect_uri={redirect_uri}&state={state}&scope={scope}&resource={resource}',
  token:
    'grant_type=authorization_code&code={code}&code_verifier={code_verifier}&redirect_uri={redirect_uri}&resource={resource}&client_id={client_id}',
  refresh: 'grant_type=refresh_token&refresh_token={refresh_token}&resource={resource}&client_id={client_id}',
} as const;

/** The same from an SDK that was told of `offline_access` in `scopes_supported` (SEP-2207). */
export const sdkOfflineAuthorize =
  'response_type=code&client_id={client_id}&code_challenge={code_challenge}&code_challenge_method=S256&redirect_uri={redirect_uri}&state={state}&scope={scope}+offline_access&prompt=consent&resource={resource}';
