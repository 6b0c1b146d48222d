import { Token } from 'aws-cdk-lib';
import * as v from 'valibot';
import { catalogueNames } from '../egress/catalogue.ts';
import { requestRule } from './egress-rule.ts';
import { fields, identifier, listOf, mapOf, oneOf, peopleText, text, textThat, wholeFrom } from './fields.ts';
import { didYouMean, show } from './problem.ts';
import { documentUrlProblem, type Hosts } from './resource-uri.ts';
import { scopeNameProblem } from './scope-name.ts';

const printable = textThat((value) =>
  Token.isUnresolved(value) || /^[\x21-\x7E]{1,512}$/.test(value)
    ? undefined
    : `${show(value)} is no name that a provider knows; write 1 to 512 printable characters without spaces`,
);

const secretArn = textThat((arn) =>
  Token.isUnresolved(arn) || /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of a secret; write 'arn:aws:secretsmanager:<region>:<account>:secret:<name>'`,
);

const tenant = textThat((value) =>
  /^[A-Za-z0-9.-]{1,128}$/.test(value)
    ? undefined
    : `${show(value)} is no tenant; write its id or one of its domains`,
);

const keyArn = textThat((arn) =>
  Token.isUnresolved(arn) || /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of a key; write 'arn:aws:kms:<region>:<account>:key/<id>'`,
);

const values = mapOf(text(), text());
const seconds = wholeFrom(1, 315_360_000, 'seconds');

const answer = fields({
  nested: v.optional(text()),
  okMember: v.optional(text()),
  accessSeconds: v.optional(seconds),
  facts: v.optional(values),
});

const refresh = fields({
  kind: oneOf(['rotating', 'stable', 'none']),
  graceSeconds: v.optional(seconds),
  idleSeconds: v.optional(seconds),
  narrows: v.optional(v.literal(true, 'is true, or left out')),
});

const secretMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_as_user'] as const;

const ofTokenRequests = {
  scopeSeparator: v.optional(oneOf([' ', ','])),
  body: v.optional(oneOf(['form', 'json'])),
  headers: v.optional(values),
  answer: v.optional(answer),
} as const;

function revocation(hosts: Hosts): v.GenericSchema {
  const url = textThat((value) => documentUrlProblem(value, hosts));
  const kinds = {
    rfc7009: fields({ kind: v.literal('rfc7009'), endpoint: url }),
    api: fields({
      kind: v.literal('api'),
      method: oneOf(['POST', 'DELETE']),
      // It may name facts of the connection in braces: the registrar reads it whole.
      url: text(),
      authentication: oneOf(['client', 'access_token']),
      body: v.optional(oneOf(['json', 'form', 'none'])),
      parameters: v.optional(values),
      done: listOf(wholeFrom(200, 299, 'HTTP')),
      okMember: v.optional(text()),
      gone: v.optional(listOf(text())),
      checkUrl: v.optional(text()),
    }),
    by_hand: fields({ kind: v.literal('by_hand'), page: url }),
  };
  return byKind(kinds, 'no way to end a connection');
}

function credential(hosts: Hosts): v.GenericSchema {
  const url = textThat((value) => documentUrlProblem(value, hosts));
  const kinds = {
    oauth2: fields({
      kind: v.literal('oauth2'),
      issuer: v.optional(url),
      authorizationEndpoint: url,
      tokenEndpoint: url,
      clientAuthentication: v.optional(oneOf([...secretMethods, 'none'])),
      authorizationParameters: v.optional(values),
      scopeParameter: v.optional(text()),
      ...ofTokenRequests,
      refresh: v.optional(refresh),
      revocation: revocation(hosts),
    }),
    client_credentials: fields({
      kind: v.literal('client_credentials'),
      tokenEndpoint: url,
      clientAuthentication: v.optional(oneOf(secretMethods)),
      ...ofTokenRequests,
    }),
    api_key: fields({
      kind: v.literal('api_key'),
      place: oneOf(['header', 'query']),
      name: printable,
      prefix: v.optional(text()),
    }),
    basic: fields({ kind: v.literal('basic') }),
    github_app: fields({
      kind: v.literal('github_app'),
      installation: textThat((id) =>
        /^\d{1,20}$/.test(id) ? undefined : `${show(id)} is not the number of an installation`,
      ),
      keyArn,
    }),
  };
  return byKind(kinds, 'no kind of credential');
}

/** The fields of the kind that the input names, so that a wrong field is told apart from a wrong kind. */
function byKind(known: Readonly<Record<string, v.GenericSchema>>, isNone: string): v.GenericSchema {
  const kinds = Object.keys(known);
  return v.lazy((input): v.GenericSchema => {
    const kind: unknown =
      typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined;
    const chosen = typeof kind === 'string' && Object.hasOwn(known, kind) ? known[kind] : undefined;
    const problem = ({ input: given }: v.BaseIssue<unknown>): string =>
      `${show(given)} is ${isNone}; ${didYouMean(String(given), kinds)}`;
    return chosen ?? v.looseObject({ kind: v.picklist(kinds, problem) }, 'is none; write { kind: … }');
  });
}

const scope = fields({
  description: peopleText(256),
  upstream: v.optional(listOf(printable)),
  rules: v.pipe(listOf(requestRule), v.minLength(1, 'names no rule; a scope without rules allows nothing')),
});

const scopes = v.pipe(
  mapOf(textThat(scopeNameProblem), scope),
  v.check((named) => Object.keys(named).length > 0, 'names no scope; a token without a scope allows nothing'),
);

function api(hosts: Hosts): v.GenericSchema {
  return fields({
    origins: v.optional(
      v.pipe(
        listOf(textThat((value) => originProblem(value, hosts))),
        v.minLength(1, 'names no origin; requests need one to go to'),
      ),
    ),
    originFact: v.optional(text()),
    originSuffixes: v.optional(listOf(text())),
    headers: v.optional(values),
    requestHeaders: v.optional(listOf(text())),
    responseHeaders: v.optional(listOf(text())),
  });
}

function originProblem(text: string, hosts: Hosts): string | undefined {
  const fault = documentUrlProblem(text, hosts);
  if (fault !== undefined) return fault;
  const { origin } = new URL(text);
  return text === origin ? undefined : `${show(text)} is more than an origin; write '${origin}'`;
}

const group = fields({
  id: identifier,
  agents: v.pipe(listOf(identifier), v.minLength(1, 'names no agent; a group is of some')),
  connectedBy: v.pipe(
    listOf(identifier),
    v.minLength(1, 'names no role; somebody has to be able to connect the account'),
  ),
});

/** Third parties of a config, each sound in itself. */
export function egress(hosts: Hosts): v.GenericSchema {
  const provider = fields({
    id: identifier,
    uses: v.optional(
      v.picklist(
        catalogueNames,
        ({ input }) => `${show(input)} is not built in; ${didYouMean(String(input), catalogueNames)}`,
      ),
    ),
    name: v.optional(peopleText(128)),
    clientId: v.optional(printable),
    secretArn: v.optional(secretArn),
    tenant: v.optional(tenant),
    credential: v.optional(credential(hosts)),
    api: v.optional(api(hosts)),
    scopes: v.optional(scopes),
    groups: v.optional(listOf(group)),
    providerTokens: v.optional(listOf(identifier)),
  });
  return fields({
    vault: v.optional(oneOf(['dynamodb', 'secrets-manager'])),
    providers: v.pipe(listOf(provider), v.maxLength(50, 'has more than 50 providers; choose some')),
  });
}
