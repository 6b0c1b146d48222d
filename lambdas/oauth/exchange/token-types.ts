/** The names of kinds of tokens, as requests and answers of an exchange write them. */
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
export const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
export const refreshTokenType = 'urn:ietf:params:oauth:token-type:refresh_token';
export const idTokenType = 'urn:ietf:params:oauth:token-type:id_token';
/** Ours: an access token of a third party, which that has made of less than what is kept of it. */
export const providerTokenType = 'urn:vestibule:token-type:provider_access_token';

/** The `grant_type` of an exchange. */
export const exchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
