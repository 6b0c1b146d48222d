import * as v from 'valibot';
import type { EgressCredential } from '../../ports/egress-providers.ts';
import type { Snake } from '../member-names.ts';
import { revocation } from './egress-revocation.ts';
import { pointer } from './egress-rule.ts';
import {
  authorizationParameters,
  factName,
  headers,
  keyHeader,
  memberName,
  printable,
} from './egress-text.ts';
import { type DeclarationContext, isDistinct, list, memberRule } from './fields.ts';
import { providerUrl } from './provider-url.ts';

const seconds = v.pipe(
  v.number('must be a number of seconds'),
  v.integer('must be whole seconds'),
  v.minValue(1, 'must be at least 1 second'),
  v.maxValue(315_360_000, 'must be at most ten years'),
);

/** A pointer whose last member is called like a token would keep one among the facts, which many may read. */
const factPointer = v.pipe(
  pointer,
  v.check(
    (text) => !/(?:token|secret|password|assertion)$/i.test(text),
    'names what looks like a secret; facts are what is none',
  ),
);

const answer = v.strictObject(
  {
    nested: v.exactOptional(memberName),
    ok_member: v.exactOptional(memberName),
    access_seconds: v.exactOptional(seconds),
    facts: v.exactOptional(
      v.pipe(
        list(v.strictObject({ name: factName, pointer: factPointer }, 'must be { name, pointer }'), 20),
        v.check((facts) => isDistinct(facts.map(({ name }) => name)), 'must not name a fact twice'),
      ),
      [],
    ),
  },
  'must be { nested, ok_member, access_seconds, facts }',
);

const refresh = v.strictObject(
  {
    kind: v.picklist(['rotating', 'stable', 'none'], 'must be "rotating", "stable" or "none"'),
    grace_seconds: v.exactOptional(seconds),
    idle_seconds: v.exactOptional(seconds),
    narrows: v.exactOptional(v.literal(true, 'must be true, or be left out')),
  },
  'must be { kind, grace_seconds, idle_seconds, narrows }',
);

/** Of the requests to a token endpoint. */
const ofTokenRequests = {
  scope_separator: v.exactOptional(v.picklist([' ', ','], 'must be " " or ","'), ' '),
  body: v.exactOptional(v.picklist(['form', 'json'], 'must be "form" or "json"'), 'form'),
  headers: v.exactOptional(headers, []),
  answer: v.exactOptional(answer, { facts: [] }),
} as const;

const secretMethods = ['client_secret_basic', 'client_secret_post', 'client_secret_as_user'] as const;
const methodFix = (methods: readonly string[]) => `must be one of ${methods.join(', ')}`;

/** What calls bear, and how it is had. */
export function egressCredential(
  context: DeclarationContext,
): v.GenericSchema<unknown, Snake<EgressCredential>> {
  const url = providerUrl(context);
  return v.variant(
    'kind',
    [
      v.strictObject(
        {
          kind: v.literal('oauth2'),
          issuer: v.exactOptional(url),
          authorization_endpoint: url,
          token_endpoint: url,
          client_id: printable,
          client_authentication: v.picklist(
            [...secretMethods, 'none'],
            methodFix([...secretMethods, 'none']),
          ),
          authorization_parameters: v.exactOptional(authorizationParameters, []),
          scope_parameter: v.exactOptional(memberName, 'scope'),
          ...ofTokenRequests,
          refresh: v.exactOptional(refresh, { kind: 'rotating' }),
          revocation: revocation(context),
        },
        'belongs to a credential of this kind',
      ),
      v.strictObject(
        {
          kind: v.literal('client_credentials'),
          token_endpoint: url,
          client_id: printable,
          client_authentication: v.picklist(secretMethods, methodFix(secretMethods)),
          ...ofTokenRequests,
        },
        'belongs to a credential of this kind',
      ),
      apiKey,
      v.strictObject({ kind: v.literal('basic') }, 'belongs to a credential of this kind'),
      v.strictObject(
        {
          kind: v.literal('github_app'),
          client_id: printable,
          installation: v.pipe(
            v.string('must be text'),
            v.regex(/^[0-9]{1,20}$/, 'must be the number of the installation, as text'),
          ),
          key_arn: v.pipe(
            v.string('must be text'),
            v.regex(
              /^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[A-Za-z0-9-]{1,64}$/,
              'must be the ARN of a key in KMS',
            ),
          ),
        },
        'belongs to a credential of this kind',
      ),
    ],
    'must be { kind, … } of one of the kinds oauth2, client_credentials, api_key, basic, github_app',
  );
}

const apiKey = v.pipe(
  v.strictObject(
    {
      kind: v.literal('api_key'),
      place: v.picklist(['header', 'query'], 'must be "header" or "query"'),
      name: v.string('must be text'),
      prefix: v.exactOptional(
        v.pipe(
          v.string('must be text'),
          v.regex(/^[\x20-\x7E]{0,64}$/, 'must be at most 64 printable characters'),
        ),
        '',
      ),
    },
    'belongs to a credential of this kind',
  ),
  memberRule('name', ({ place, name }) =>
    v.is(place === 'header' ? keyHeader : memberName, name)
      ? undefined
      : 'must be the name of a header or of a parameter in which the provider takes the key, and none that the proxy sets itself',
  ),
);
