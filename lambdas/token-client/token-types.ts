/** RFC 8693 §3. */
export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
export const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
export const refreshTokenType = 'urn:ietf:params:oauth:token-type:refresh_token';
