import { proxied } from './broken-people.ts';

/** What is wrong with clients of their own at an identity provider, the config, and the one problem that is told of it. */
export const brokenProxied: readonly (readonly [string, unknown, string])[] = [
  [
    'clients registered at Entra',
    proxied({ issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0' }),
    'identityProviders[0].registration: cannot be: Entra registers no clients; remove it, and clients are registered here alone',
  ],
  [
    'clients registered at Ping',
    proxied({ profile: 'ping' }),
    'identityProviders[0].registration: cannot be: Ping registers clients that nobody could remove again; remove it, and clients are registered here alone',
  ],
  [
    'clients of strangers registered at a provider',
    { ...(proxied({}) as object), registration: { mode: 'open' } },
    "identityProviders[0].registration: would let strangers flood that provider, as registration.mode is 'open'; write registration: { mode: 'initial_access_token' } or { mode: 'approval' }",
  ],
  [
    'clients of anybody registered at a provider',
    { ...(proxied({}) as object), registration: undefined },
    "identityProviders[0].registration: would let strangers flood that provider, as nobody is asked for a token; write registration: { mode: 'initial_access_token' } or { mode: 'approval' }",
  ],
  [
    'clients registered at a provider, of nobody',
    { ...(proxied({}) as object), registration: { mode: 'closed' } },
    "identityProviders[0].registration: is for nobody, as registration.mode is 'closed'; curate a host of metadata documents (clientMetadataDocuments: { curated: [{ host: 'example.com' }] }), or write registration: { mode: 'initial_access_token' }",
  ],
  [
    'a quota of nobody',
    proxied({ registration: { mode: 'proxied', quota: 0 } }),
    'identityProviders[0].registration.quota: 0 is out of range; write a whole number of clients from 1 to 500',
  ],
];
