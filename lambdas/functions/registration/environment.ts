/** Everything the registration function reads from its environment. */
export const registrationEnvironment = [
  'ISSUER',
  'REGISTRY_TABLE',
  'GRANTS_TABLE',
  /** `open`; `approval`: an operator enables what registers; `initial_access_token`: only by one. */
  'REGISTRATION_MODE',
  /** Hours that a client lives which no person has used. */
  'UNUSED_HOURS',
  /** As of the discovery function. */
  'MUTUAL_TLS',
  /** Redirect URIs with a scheme of an app's own that are taken, as a JSON list. */
  'CUSTOM_REDIRECT_URIS',
  /** `<new records a second>/<burst>` of one address. */
  'REGISTRATION_LIMIT',
  /** Whose software statements are taken, as a JSON list of issuers with the URLs of their keys. */
  'SOFTWARE_STATEMENT_ISSUERS',
  /** Where those keys may be: `public`, or `loopback` too. */
  'DOCUMENT_HOSTS',
  /** The ids of the identity providers at which each client is one of its own, as a JSON list. */
  'PROXIED_IDPS',
  /** Name of the function that registers them there; `none` where there is none. */
  'ENROLMENT_FUNCTION',
] as const;
export type RegistrationEnvironment = Record<(typeof registrationEnvironment)[number], string>;
