/** The names of kinds of tokens, as requests and answers of an exchange write them. */
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
export const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
export const refreshTokenType = 'urn:ietf:params:oauth:token-type:refresh_token';
export const idTokenType = 'urn:ietf:params:oauth:token-type:id_token';

/** The `grant_type` of an exchange. */
export const exchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
