import { Token } from 'aws-cdk-lib';
import * as v from 'valibot';
import { fields, flag, identifier, listOf, mapOf, oneOf, text, textThat, wholeFrom } from './fields.ts';
import { show } from './problem.ts';
import { profileNames } from './provider-profiles.ts';
import { documentUrlProblem, type Hosts } from './resource-uri.ts';
import { scopeNameProblem } from './scope-name.ts';

export const trustedKinds = ['access_token', 'id_token', 'jwt', 'id_jag', 'workload'] as const;

const plain = (what: string, example: string) =>
  textThat((value) =>
    Token.isUnresolved(value) || /^[\x21-\x7E]{1,512}$/.test(value)
      ? undefined
      : `${show(value)} is not ${what}; write it as '${example}'`,
  );

/** What a token says of itself is compared to the letter: a name of a trust domain is one, too. */
const issuer = plain('an issuer', 'https://idp.partner.example');
const claimName = plain('the name of a claim', 'sub');
const audience = plain('an audience', 'api://vestibule');
const tenant = plain('a tenant', '72f988bf-86f1-41af-91ab-2d7cd011db47');

const value = textThat((said) =>
  said !== '' && said.length <= 512
    ? undefined
    : `${show(said)} is not a value of a claim; write 1 to 512 characters`,
);

/** `*` stands for anything that comes after a separator, so that no name is a part of somebody else's. */
const pattern = textThat((said) => {
  if (said === '' || said.length > 512)
    return `${show(said)} is not a value of a claim; write 1 to 512 characters`;
  const star = said.indexOf('*');
  if (star === -1) return undefined;
  return star === said.length - 1 && /[/:]$/.test(said.slice(0, star))
    ? undefined
    : `${show(said)} has a '*' that is not at the end, after '/' or ':'; write it there, or the whole value`;
});

function claims(said: v.GenericSchema<string>) {
  const values = v.pipe(
    listOf(said),
    v.minLength(1, 'names no value, which no claim could have; write one'),
    v.maxLength(20, 'names more than 20 values; use a claim that tells less'),
  );
  return v.pipe(
    mapOf(
      claimName,
      v.lazy((input) => (Array.isArray(input) ? values : said)),
    ),
    v.check((map) => Object.keys(map).length > 0, 'names no claim; write one, or leave it out'),
  );
}

const subjectTokenType = textThat((type) => {
  if (!/^[a-z][a-z0-9+.-]*:[\x21-\x7E]{1,256}$/i.test(type)) {
    return `${show(type)} is not a URI; write it as 'urn:entra:token-type:user-jwt'`;
  }
  return type.startsWith('urn:ietf:')
    ? `${show(type)} is a name of the IETF, which means the same everywhere; remove it`
    : undefined;
});

const assurance = v.pipe(
  fields({
    acr: v.optional(listOf(value)),
    amr: v.optional(listOf(value)),
    maxAgeSeconds: v.optional(wholeFrom(60, 2_592_000, 'seconds')),
  }),
  v.check((demands) => Object.keys(demands).length > 0, 'demands nothing; leave it out'),
);

const grant = fields({
  resource: identifier,
  scopes: v.pipe(
    listOf(textThat(scopeNameProblem)),
    v.minLength(1, 'names no scope; write one, or leave the resource out'),
  ),
});

/** The id of a client, or the URL of a metadata document. */
function presenter(hosts: Hosts): v.GenericSchema<string> {
  return textThat((id) => (id.includes(':') ? documentUrlProblem(id, hosts) : identifierProblem(id)));
}

function identifierProblem(id: string): string | undefined {
  return /^[A-Za-z0-9_-]{1,64}$/.test(id)
    ? undefined
    : `${show(id)} is neither the id of a client nor the URL of a metadata document; write one of them`;
}

/** A trust anchor but for what it says of the rest of the config. */
export function trustAnchor(hosts: Hosts): v.GenericSchema {
  const members = fields({
    id: identifier,
    issuer,
    profile: v.optional(oneOf(profileNames)),
    jwksUri: v.optional(textThat((url) => documentUrlProblem(url, hosts))),
    accepts: v.pipe(
      listOf(oneOf(trustedKinds)),
      v.minLength(1, "accepts nothing; write what its tokens are, as 'access_token'"),
      v.check((kinds) => new Set(kinds).size === kinds.length, 'names a kind twice; once will do'),
    ),
    audiences: v.optional(
      v.pipe(listOf(audience), v.minLength(1, 'names no audience; write what its tokens are made for')),
    ),
    tenants: v.optional(
      v.pipe(listOf(tenant), v.minLength(1, 'names no tenant; leave it out for an issuer of one')),
    ),
    requiredClaims: v.optional(claims(value)),
    assurance: v.optional(assurance),
    subject: v.optional(
      fields({
        kind: v.optional(oneOf(['person', 'workload'])),
        idp: v.optional(identifier),
        claim: v.optional(claimName),
        tenantClaim: v.optional(claimName),
      }),
    ),
    subjectTokenTypes: v.optional(listOf(subjectTokenType)),
    actors: v.optional(listOf(identifier)),
    grants: v.optional(listOf(grant)),
    clients: v.optional(
      v.pipe(
        listOf(presenter(hosts)),
        v.minLength(1, 'names no client; leave it out for all that hold the grant'),
        v.maxLength(50, 'names more than 50 clients; leave it out for all that hold the grant'),
      ),
    ),
    reusable: v.optional(flag()),
  });
  return v.pipe(
    members,
    v.rawCheck(({ dataset, addIssue }) => {
      const { issuer: name, jwksUri } = dataset.value as { issuer?: unknown; jwksUri?: unknown };
      if (typeof name !== 'string' || jwksUri !== undefined || Token.isUnresolved(name)) return;
      if (documentUrlProblem(name, hosts) === undefined) return;
      addIssue({
        message: `is missing, and nothing can be discovered at ${show(name)}; write the https URL of its keys`,
        path: [{ type: 'object', origin: 'value', input: {}, key: 'jwksUri', value: undefined }],
      });
    }),
  );
}

export const workload = fields({
  anchor: identifier,
  claims: claims(pattern),
  agent: identifier,
  scopes: v.optional(mapOf(text(), listOf(textThat(scopeNameProblem)))),
});
