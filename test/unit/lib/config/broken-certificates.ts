import { soundConfig } from './a-config.ts';

const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/1-a';
const sound = {
  url: 'https://mtls.example.com',
  certificateArn,
  truststore: { bucket: 'example-truststore', key: 'clients.pem', version: 'v1' },
};
const withHost = (changes: object): unknown => ({ ...soundConfig, mutualTls: { ...sound, ...changes } });
const [agent] = soundConfig.agents;
const withClient = (authentication: object): unknown => ({
  ...soundConfig,
  mutualTls: sound,
  clients: [
    { id: 'shows', agent: agent.id, authentication: { method: 'tls_client_auth', ...authentication } },
  ],
});

const bound = {
  ...{ id: 'shows', agent: agent.id, authentication: { method: 'client_secret_basic' } },
  ...{ certificateBoundAccessTokens: true, dpopBoundAccessTokens: true },
};

/** What breaks a config with certificates, the config, and the one problem that is told of it. */
export const brokenCertificates: readonly (readonly [string, unknown, string])[] = [
  [
    'a host that is the issuer',
    {
      ...(withHost({ url: 'https://auth.example.com' }) as object),
      issuer: { url: 'https://auth.example.com', certificateArn },
    },
    "mutualTls.url: 'https://auth.example.com' is the issuer's own, where people come without a certificate; name another host",
  ],
  [
    'a zone of another host',
    withHost({ hostedZone: { id: 'Z1', name: 'example.net' } }),
    "mutualTls.hostedZone.name: 'example.net' does not hold 'mtls.example.com'; name its zone",
  ],
  [
    'a truststore in place of a bucket',
    withHost({ truststore: { ...sound.truststore, bucket: 's3://example-truststore' } }),
    "mutualTls.truststore.bucket: 's3://example-truststore' is not the name of a bucket; write its name alone, as 'example-truststore'",
  ],
  [
    'a truststore without versions',
    withHost({ truststore: { ...sound.truststore, version: 'null' } }),
    "mutualTls.truststore.version: 'null' is no version; switch on versioning of the bucket, and write the id of the object's version",
  ],
  [
    'a key with a slash before it',
    withHost({ truststore: { ...sound.truststore, key: '/clients.pem' } }),
    "mutualTls.truststore.key: '/clients.pem' is not the key of an object; write it without a slash before it, as 'clients.pem'",
  ],
  [
    'a client with a certificate and no host to show it at',
    {
      ...soundConfig,
      clients: [
        { id: 'shows', agent: agent.id, authentication: { method: 'tls_client_auth', sanDns: 'a.example' } },
      ],
    },
    "clients[0].authentication.method: 'tls_client_auth' needs a host where clients show certificates; add mutualTls",
  ],
  [
    'tokens bound to a certificate, and no host to show it at',
    { ...soundConfig, clients: [{ ...bound, dpopBoundAccessTokens: false }] },
    'clients[0].certificateBoundAccessTokens: true needs a host where clients show certificates; add mutualTls',
  ],
  [
    'tokens bound to a certificate and to a key',
    { ...soundConfig, mutualTls: sound, clients: [bound] },
    'clients[0].certificateBoundAccessTokens: stands beside dpopBoundAccessTokens, and a token names one key; remove one of the two',
  ],
  [
    'a certificate of nobody',
    withClient({}),
    'clients[0].authentication: must say whose certificate it is; write exactly one of subjectDn, sanDns, sanUri, sanIp, sanEmail',
  ],
  [
    'a certificate of two names',
    withClient({ sanDns: 'a.example', sanIp: '192.0.2.7' }),
    'clients[0].authentication: must say whose certificate it is; write exactly one of subjectDn, sanDns, sanUri, sanIp, sanEmail',
  ],
  [
    'a distinguished name that is none',
    withClient({ subjectDn: '/C=DE/CN=reporter' }),
    "clients[0].authentication.subjectDn: '/C=DE/CN=reporter' is not a name as RFC 4514 writes it, as 'CN=reporter,OU=Agents,O=Example,C=DE'",
  ],
  [
    'a wildcard',
    withClient({ sanDns: '*.example.com' }),
    "clients[0].authentication.sanDns: '*.example.com' is not a host name without a wildcard, as 'reporter.example.com'",
  ],
];
