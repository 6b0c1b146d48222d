/** Decides whether what was granted covers one needed scope, for servers whose scopes imply each other (RS-9). */
export type SatisfiesScope = (granted: readonly string[], needed: string) => boolean;

/** The default: a scope is covered by itself and by nothing else. */
export const sameScope: SatisfiesScope = (granted, needed) => granted.includes(needed);

const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Throws a TypeError for a name that could not travel in a challenge: it is a mistake of the server's author. */
export function assertScopes(scopes: readonly string[]): readonly string[] {
  for (const scope of scopes) {
    if (!scopeToken.test(scope)) throw new TypeError(`not a scope name: ${JSON.stringify(scope)}`);
  }
  return scopes;
}

/** The names in a space-delimited `scope` claim. */
export function scopeList(scope: string | undefined): readonly string[] {
  return (scope ?? '').split(' ').filter((name) => name !== '');
}
