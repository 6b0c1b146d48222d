import * as v from 'valibot';
import type { EgressApi } from '../../ports/egress-providers.ts';
import type { Snake } from '../member-names.ts';
import { factName, headers, requestHeaders, responseHeaders } from './egress-text.ts';
import { type DeclarationContext, isDistinct, list, memberRule } from './fields.ts';
import { providerUrl } from './provider-url.ts';

/** Where requests may go, and what goes with them. */
export function egressApi(context: DeclarationContext): v.GenericSchema<unknown, Snake<EgressApi>> {
  return v.pipe(
    v.strictObject(
      {
        origins: v.pipe(
          list(origin(context), 20),
          v.minLength(1, 'must name at least one origin'),
          v.check((all) => isDistinct(all), 'must not name an origin twice'),
        ),
        origin_fact: v.exactOptional(factName),
        origin_suffixes: v.exactOptional(
          v.pipe(
            list(suffix, 20),
            v.minLength(1, 'must name at least one suffix'),
            v.check((all) => isDistinct(all), 'must not name a suffix twice'),
          ),
        ),
        headers: v.exactOptional(headers, []),
        request_headers: v.exactOptional(requestHeaders),
        response_headers: v.exactOptional(responseHeaders, []),
      },
      'must be { origins, origin_fact, origin_suffixes, headers, request_headers, response_headers }',
    ),
    memberRule('origin_fact', ({ origin_fact: fact, origin_suffixes: suffixes }) =>
      fact !== undefined && suffixes === undefined
        ? 'needs origin_suffixes, because the provider alone would say where requests go'
        : undefined,
    ),
    memberRule('origin_suffixes', ({ origin_fact: fact, origin_suffixes: suffixes }) =>
      suffixes !== undefined && fact === undefined
        ? 'needs origin_fact, of which they are; or remove it'
        : undefined,
    ),
    memberRule('request_headers', ({ headers: always, request_headers: asked = [] }) => {
      const fixed = always.find(({ name }) => asked.includes(name.toLowerCase()));
      return fixed && `names ${fixed.name}, which headers says for every request; keep one of the two`;
    }),
  );
}

function origin(context: DeclarationContext): v.GenericSchema<string> {
  return v.pipe(
    providerUrl(context),
    v.check(
      (text) => URL.parse(text)?.origin === text,
      'must be an origin as browsers write it: no path, no slash at its end, lower case, no default port',
    ),
  );
}

const suffix = v.pipe(
  v.string('must be text'),
  v.regex(
    /^(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){2,}$/,
    'must be the end of host names in lower case, such as ".salesforce.com": a dot and at least two labels',
  ),
  v.maxLength(253, 'must not be longer than a host name'),
);
