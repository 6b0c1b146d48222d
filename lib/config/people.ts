import { X509Certificate } from 'node:crypto';
import { Token } from 'aws-cdk-lib';
import * as v from 'valibot';
import {
  fields,
  flag,
  identifier,
  listOf,
  mapOf,
  oneOf,
  peopleText,
  text,
  textThat,
  wholeFrom,
} from './fields.ts';
import { show } from './problem.ts';
import { profileNames } from './provider-profiles.ts';
import { documentUrlProblem, type Hosts } from './resource-uri.ts';
import { userPoolForm } from './user-pool.ts';

const clientId = textThat((id) =>
  Token.isUnresolved(id) || /^[\x20-\x7E]{1,512}$/.test(id)
    ? undefined
    : `${show(id)} is not a client id; write the one that the identity provider shows`,
);

const secretArn = textThat((arn) =>
  Token.isUnresolved(arn) || /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of a secret; write 'arn:aws:secretsmanager:<region>:<account>:secret:<name>'`,
);

const userPoolArn = textThat((arn) =>
  Token.isUnresolved(arn) || userPoolForm.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of a user pool; write 'arn:aws:cognito-idp:<region>:<account>:userpool/<pool id>'`,
);

/** API_CreateUserPoolClient: `[\p{L}\p{M}\p{S}\p{N}\p{P}\p{Z}]+`, 1 to 32 characters. */
const poolProvider = textThat((name) =>
  /^[\p{L}\p{M}\p{S}\p{N}\p{P}\p{Z}]{1,32}$/u.test(name)
    ? undefined
    : `${show(name)} is no name of an identity provider of a user pool; write it as the pool has it, as 'COGNITO'`,
);

// RFC 6749 §3.3: the characters of a scope-token.
const upstreamScope = textThat((scope) => {
  if (scope === 'offline_access') {
    return `${show(scope)} is asked for by itself, where a client may go on while the person is away; remove it`;
  }
  return /^[\x21\x23-\x5B\x5D-\x7E]{1,256}$/.test(scope)
    ? undefined
    : `${show(scope)} is not a scope; write one without spaces, as 'groups'`;
});

const scopes = v.pipe(
  listOf(upstreamScope),
  v.check(
    (list) => list.includes('openid'),
    "does not name 'openid'; without it there is no id_token: add it",
  ),
  v.check((list) => new Set(list).size === list.length, 'names a scope twice; once will do'),
);

const domain = textThat((name) =>
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(name)
    ? undefined
    : `${show(name)} is not a domain; write it in lower case, as 'example.com'`,
);

const claim = textThat((name) =>
  /^[\x21-\x7E]{1,256}$/.test(name)
    ? undefined
    : `${show(name)} is not the name of a claim; write it as 'sub'`,
);

/** An address can be given to somebody else, and then so would be all that the person granted. */
const subjectClaim = textThat((name) =>
  ['email', 'upn', 'preferred_username', 'name', 'nickname'].includes(name)
    ? `${show(name)} can be given to another person; write a claim that never is, such as 'sub' or 'oid'`
    : undefined,
);

/** They stand in one text, with spaces between them. */
const acrName = textThat((name) =>
  /^[\x21-\x7E]{1,256}$/.test(name)
    ? undefined
    : `${show(name)} is not a value of acr_values; write 1 to 256 printable characters without spaces`,
);

const tenant = textThat((name) =>
  /^[\x21-\x7E]{1,256}$/.test(name)
    ? undefined
    : `${show(name)} is not a tenant; write it as the tenant claim has it`,
);

const group = textThat((name) =>
  name !== '' && name.length <= 256 && !/\p{Cc}/u.test(name)
    ? undefined
    : `${show(name)} is not a group; write 1 to 256 characters on one line`,
);

function someOf(item: v.GenericSchema<string>): v.GenericSchema<string[]> {
  return v.pipe(listOf(item), v.minLength(1, 'is empty; name one, or leave it out'));
}

const certificate = textThat((pem) => {
  try {
    if (new X509Certificate(pem).publicKey.asymmetricKeyType === 'rsa') return undefined;
    return 'is one of another key than RSA; `npx vestibule idp certificate <id>` makes it';
  } catch {
    return 'is not the text of a certificate; write that which `npx vestibule idp certificate <id>` prints';
  }
});

const keyAuthentication = fields({
  method: oneOf(['private_key_jwt']),
  alg: oneOf(['RS256', 'PS256', 'ES256']),
  audience: v.optional(oneOf(['issuer', 'token_endpoint'])),
  certificate: v.optional(certificate),
  keys: v.optional(
    v.pipe(
      someOf(identifier),
      v.check((ids) => new Set(ids).size === ids.length, 'names a key twice; once will do'),
      v.check((ids) => ids.length <= 5, 'names more than 5 keys; remove those that sign no more'),
    ),
  ),
});

const authentication = v.lazy((input) =>
  typeof input === 'object' && input !== null
    ? keyAuthentication
    : v.literal(
        'client_secret',
        ({ input: given }) =>
          `${show(given)} is not understood; write 'client_secret', or { method: 'private_key_jwt', alg: 'RS256' }`,
      ),
);

export function identityProvider(hosts: Hosts): v.GenericSchema {
  return fields({
    id: identifier,
    name: v.optional(peopleText(128)),
    issuer: textThat((url) => upstreamIssuerProblem(url, hosts)),
    profile: v.optional(oneOf(profileNames)),
    clientId,
    clientSecretArn: v.optional(secretArn),
    authentication: v.optional(authentication),
    dpop: v.optional(flag()),
    scopes: v.optional(scopes),
    domains: v.optional(someOf(domain)),
    resources: v.optional(someOf(text())),
    subjectClaim: v.optional(v.pipe(claim, subjectClaim)),
    tenantClaim: v.optional(claim),
    tenants: v.optional(someOf(tenant)),
    acr: v.optional(mapOf(acrName, acrName)),
    groupsClaim: v.optional(claim),
    onLogout: v.optional(oneOf(['sessions', 'everything'])),
    registration: v.optional(
      fields({
        mode: oneOf(['proxied']),
        quota: v.optional(wholeFrom(1, 500, 'clients')),
        credentialArn: v.optional(secretArn),
        userPoolArn: v.optional(userPoolArn),
        supportedIdentityProviders: v.optional(someOf(poolProvider)),
        managedLogin: v.optional(flag()),
      }),
    ),
  });
}

export const role = fields({
  id: identifier,
  groups: v.lazy((input) =>
    typeof input === 'object' && input !== null
      ? mapOf(text(), someOf(group))
      : v.literal(
          'everyone',
          ({ input: given }) =>
            `${given === undefined ? 'is missing' : `${show(given)} is not understood`}; write 'everyone', or { <identity provider>: [<group>] }`,
        ),
  ),
  scopes: v.pipe(
    mapOf(text(), someOf(text())),
    v.check((granted) => Object.keys(granted).length > 0, 'names no resource; a role allows something'),
  ),
});

/** What keeps a text from being the issuer of an identity provider: it is compared as it is written. */
function upstreamIssuerProblem(url: string, hosts: Hosts): string | undefined {
  if (Token.isUnresolved(url)) return undefined;
  // OIDC Discovery §3: https, and neither a query nor a fragment.
  if (url.includes('{')) {
    return `${show(url)} is a template; write it with 'organizations' in place of '{tenantid}', and name the tenants`;
  }
  if (url.includes('?')) return `${show(url)} has a query; write the issuer as its discovery document has it`;
  return documentUrlProblem(url, hosts);
}
