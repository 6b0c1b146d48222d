import * as v from 'valibot';
import type { EgressRevocation } from '../../ports/egress-providers.ts';
import type { Snake } from '../member-names.ts';
import { lineOfText, memberName, printable } from './egress-text.ts';
import { type DeclarationContext, isDistinct, list } from './fields.ts';
import { providerUrl } from './provider-url.ts';

const parameterValue = v.pipe(
  lineOfText,
  v.check(
    (value) => areKnown(value, /^(?:access_token|refresh_token|client_id|fact:[a-z_]+)$/),
    'must hold no braces but {access_token}, {refresh_token}, {client_id} and {fact:name}',
  ),
);

const parameters = list(
  v.strictObject({ name: memberName, value: parameterValue }, 'must be { name, value }'),
  20,
);

/** How connections end. */
export function revocation(context: DeclarationContext): v.GenericSchema<unknown, Snake<EgressRevocation>> {
  const url = providerUrl(context);
  return v.variant(
    'kind',
    [
      v.strictObject({ kind: v.literal('rfc7009'), endpoint: url }, 'is { kind, endpoint }'),
      v.strictObject(
        {
          kind: v.literal('api'),
          method: v.picklist(['POST', 'DELETE'], 'must be "POST" or "DELETE"'),
          url: templateUrl(context),
          authentication: v.picklist(['client', 'access_token'], 'must be "client" or "access_token"'),
          body: v.picklist(['json', 'form', 'none'], 'must be "json", "form" or "none"'),
          parameters: v.exactOptional(parameters, []),
          done: v.pipe(
            list(
              v.pipe(
                v.number('must be a status'),
                v.integer('must be a status'),
                v.minValue(200, 'must be a status from 200 to 299'),
                v.maxValue(299, 'must be a status from 200 to 299'),
              ),
              10,
            ),
            v.minLength(1, 'must name the status that proves it'),
            v.check((statuses) => isDistinct(statuses.map(String)), 'must not name a status twice'),
          ),
          ok_member: v.exactOptional(memberName),
          gone: v.exactOptional(list(printable, 20), []),
          check_url: v.exactOptional(templateUrl(context)),
        },
        'is { kind, method, url, authentication, body, parameters, done, ok_member, gone, check_url }',
      ),
      v.strictObject({ kind: v.literal('by_hand'), page: url }, 'is { kind, page }'),
    ],
    'must be { kind, … } of one of the kinds rfc7009, api, by_hand',
  );
}

/** A URL whose path may name our client and facts of the connection. */
function templateUrl(context: DeclarationContext): v.GenericSchema<string> {
  const plain = providerUrl(context);
  return v.pipe(
    v.string('must be text'),
    v.check((text) => {
      const [origin = '', path = ''] = text.split(/(?<=^[^/]*\/\/[^/]*)(?=\/)/);
      return (
        !/[{}]/.test(origin) &&
        areKnown(path, /^(?:client_id|fact:[a-z_]+)$/) &&
        v.is(plain, origin + path.replaceAll(placeholder, 'x'))
      );
    }, 'must be an https URL without user information, query and fragment, with no braces but {client_id} and {fact:name} in its path'),
  );
}

const placeholder = /\{([^{}]*)\}/g;

function areKnown(text: string, known: RegExp): boolean {
  const names = [...text.matchAll(placeholder)].map(([, name = '']) => name);
  return names.every((name) => known.test(name)) && !/[{}]/.test(text.replaceAll(placeholder, ''));
}

/** The facts that it names. */
export function factsOfRevocation(how: Snake<EgressRevocation>): readonly string[] {
  if (how.kind !== 'api') return [];
  return [how.url, how.check_url ?? '', ...how.parameters.map(({ value }) => value)].flatMap((text) =>
    [...text.matchAll(/\{fact:([a-z_]+)\}/g)].map(([, name = '']) => name),
  );
}
