import { isIP } from 'node:net';
import * as v from 'valibot';
import { fields, textThat } from './fields.ts';
import { issuerUrlProblem } from './issuer-url.ts';
import { pathOf, type Problem, show } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';

const bucketName = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The second host, where clients show certificates. */
export function mutualTls(certificateArn: v.GenericSchema, hostedZone: v.GenericSchema): v.GenericSchema {
  return fields({
    url: textThat(issuerUrlProblem),
    certificateArn,
    ownershipCertificateArn: v.optional(certificateArn),
    truststore: fields({
      bucket: textThat((name) =>
        bucketName.test(name)
          ? undefined
          : `${show(name)} is not the name of a bucket; write its name alone, as 'example-truststore'`,
      ),
      key: textThat((key) =>
        key !== '' && !key.startsWith('/')
          ? undefined
          : `${show(key)} is not the key of an object; write it without a slash before it, as 'clients.pem'`,
      ),
      version: textThat((version) =>
        version === '' || version === 'null'
          ? `${show(version)} is no version; switch on versioning of the bucket, and write the id of the object's version`
          : undefined,
      ),
    }),
    hostedZone: v.optional(hostedZone),
  });
}

/** The attributes that the registry knows by a short name, and a value with its escapes or as #hex. */
const attribute =
  / *(?:CN|SN|SERIALNUMBER|C|L|ST|STREET|O|OU|TITLE|GIVENNAME|ORGANIZATIONIDENTIFIER|UID|DC|EMAILADDRESS|\d+(?:\.\d+)+) *= *(?:#(?:[0-9A-Fa-f]{2})+|(?:[^\\"+,;<>\0]|\\(?:[0-9A-Fa-f]{2}|[ "#+,;<=>\\]))+) */
    .source;
const names = {
  subjectDn: [
    (text) => new RegExp(`^${attribute}(?:[,+]${attribute})*$`, 'i').test(text),
    "a name as RFC 4514 writes it, as 'CN=reporter,OU=Agents,O=Example,C=DE'",
  ],
  sanDns: [
    (text) => /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i.test(text),
    "a host name without a wildcard, as 'reporter.example.com'",
  ],
  sanUri: [
    (text) => /^[a-z][a-z0-9+.-]*:[\x21-\x7E]+$/i.test(text),
    "a URI, as 'spiffe://example.com/reporter'",
  ],
  sanIp: [(text) => isIP(text) !== 0 && !text.includes('%'), "an IP address, as '192.0.2.7'"],
  sanEmail: [
    (text) => /^[\x21-\x3F\x41-\x7E]+@[\x21-\x3F\x41-\x7E]+$/.test(text),
    "an address, as 'reporter@example.com'",
  ],
} as const satisfies Readonly<Record<string, readonly [(text: string) => boolean, string]>>;
const nameFields = Object.keys(names) as (keyof typeof names)[];

/** A client that proves itself by a certificate. The registrar reads the name itself. */
export const certificateAuthentication: v.GenericSchema = v.pipe(
  fields({
    method: v.literal('tls_client_auth'),
    subjectDn: v.optional(nameThat('subjectDn')),
    sanDns: v.optional(nameThat('sanDns')),
    sanUri: v.optional(nameThat('sanUri')),
    sanIp: v.optional(nameThat('sanIp')),
    sanEmail: v.optional(nameThat('sanEmail')),
  }),
  v.check(
    (given) => nameFields.filter((name) => given[name] !== undefined).length === 1,
    `must say whose certificate it is; write exactly one of ${nameFields.join(', ')}`,
  ),
);

function nameThat(field: keyof typeof names) {
  const [isOne, what] = names[field];
  return textThat((value) =>
    value.length <= 1_024 && isOne(value) ? undefined : `${show(value)} is not ${what}`,
  );
}

/** What the second host and its clients say about the rest of the config. */
export function mutualTlsProblems(config: SoundParts): readonly Problem[] {
  return [
    ...hostProblems(config),
    ...config.clients.flatMap((client, index) => clientProblems(client, index, config)),
  ];
}

function hostProblems({ mutualTls: host, issuer }: SoundParts): readonly Problem[] {
  if (host === undefined) return [];
  if (host.url === issuer?.url) {
    const words = `${show(host.url)} is the issuer's own, where people come without a certificate; name another host`;
    return [{ path: 'mutualTls.url', text: words }];
  }
  const { hostname } = new URL(host.url);
  const zone = host.hostedZone?.name;
  if (zone === undefined || hostname === zone || hostname.endsWith(`.${zone}`)) return [];
  const words = `${show(zone)} does not hold '${hostname}'; name its zone`;
  return [{ path: 'mutualTls.hostedZone.name', text: words }];
}

function clientProblems(
  { authentication, certificateBoundAccessTokens, dpopBoundAccessTokens }: SoundParts['clients'][number],
  index: number,
  { mutualTls: host }: SoundParts,
): readonly Problem[] {
  const bound = pathOf(['clients', index, 'certificateBoundAccessTokens']);
  if (certificateBoundAccessTokens === true && dpopBoundAccessTokens === true) {
    const words = 'stands beside dpopBoundAccessTokens, and a token names one key; remove one of the two';
    return [{ path: bound, text: words }];
  }
  if (host !== undefined) return [];
  const needs = 'needs a host where clients show certificates; add mutualTls';
  if (authentication?.method === 'tls_client_auth') {
    const path = pathOf(['clients', index, 'authentication', 'method']);
    return [{ path, text: `'tls_client_auth' ${needs}` }];
  }
  return certificateBoundAccessTokens === true ? [{ path: bound, text: `true ${needs}` }] : [];
}
