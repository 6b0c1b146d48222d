import { must } from '../requirement.ts';

/** Clients that show a certificate (RFC 8705). */
export const mutualTls = {
  'rfc8705:2:client-id': must(
    'RFC 8705 §2',
    'knows a client by its client_id and the certificate of its connection, and by no certificate alone',
  ),
  'rfc8705:2.1:subject': must(
    [
      'RFC 8705 §2.1',
      'RFC 8705 §2.1.2',
      'RFC 4517 §4.2.15',
      'RFC 4518 §2',
      'RFC 4514 §2.1',
      'RFC 4514 §2.4',
      'RFC 4514 §3',
      'RFC 4519 §2',
      'RFC 4524 §2',
      'RFC 5280 §4.1',
      'RFC 5280 §7.5',
    ],
    'takes a certificate for a client only where the one name that it is registered for is in it, compared as names of its kind are',
  ),
  'rfc5280:4.1.2.5:validity': must(
    'RFC 5280 §4.1.2.5',
    'takes a certificate within its time alone, however long its connection lives',
  ),
  'rfc5280:4.2.1.12:usage': must('RFC 5280 §4.2.1.12', 'takes no certificate that is for servers alone'),
  'rfc8705:5:aliases': must(
    'RFC 8705 §5',
    'names in mtls_endpoint_aliases the endpoints that take certificates, where there are any, and no others',
  ),
  'rfc8705:3.1:cnf': must(
    'RFC 8705 §3.1',
    'writes the thumbprint of the certificate into the tokens of a client that is registered for bound ones',
  ),
  'rfc8705:3.4:client-metadata': must(
    ['RFC 8705 §3.4', 'RFC 8705 §3.3'],
    'gives a client that is registered for certificate-bound tokens no other, and says in its metadata that it can',
  ),
  'rfc7800:3.1:one-key': must(
    'RFC 7800 §3.1',
    'binds a token to one certificate or one key, and never to both',
  ),
  'rfc8705:3.2:introspection': must(
    'RFC 8705 §3.2',
    'tells the server of a resource the certificate that a token is bound to',
  ),
  'rfc8705:3:resource': must(
    'RFC 8705 §3',
    'takes a token that is bound to a certificate over a connection with that certificate, and refuses it over any other',
  ),
  'rfc8705:3:userinfo': must('RFC 8705 §3', 'asks for that certificate at the userinfo endpoint too'),
  'rfc8705:4:refresh': must(
    'RFC 8705 §4',
    'binds the refresh tokens of a public client to its certificate, and nobody without it can use or end them',
  ),
  'vestibule:certificates-come-from-tls': must(
    'Vestibule',
    'takes a certificate of the TLS connection that API Gateway verified, and none of a header',
  ),
};
