import * as v from 'valibot';
import { isDistinct, list } from './fields.ts';

/** What a provider knows something by. */
export const printable = v.pipe(
  v.string('must be text'),
  v.regex(/^[\x21-\x7E]{1,512}$/, 'must be 1 to 512 printable characters without spaces'),
);

/** The name of a member, a fact or a parameter of a provider. */
export const memberName = v.pipe(
  v.string('must be text'),
  v.regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, "_", "-" or "."'),
);

export const factName = v.pipe(
  v.string('must be text'),
  v.regex(/^[a-z_]{1,64}$/, 'must be 1 to 64 lower-case letters or "_", such as "instance_url"'),
);

export const lineOfText = v.pipe(
  v.string('must be text'),
  v.regex(
    /^(?:[\x21-\x7E](?:[\x20-\x7E]{0,510}[\x21-\x7E])?)?$/,
    'must be at most 512 printable characters, without spaces at its ends',
  ),
);

/** Those of the connection or of the proxy itself: RFC 9110 of hops, and what says who calls and how. */
const ownHeaders =
  /^(?:host|cookie2?|authorization|dpop|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-length|content-encoding|forwarded|x-forwarded-.*|x-http-method(?:-override)?|x-method-override|proxy-.*|sec-.*|vestibule-.*)$/i;

/** Those that would do something at the origin of the issuer, or that say how an answer was sent. */
const ownResponseHeaders =
  /^(?:set-cookie2?|clear-site-data|content-security-policy.*|x-content-type-options|x-frame-options|strict-transport-security|access-control-.*|cross-origin-.*|refresh|location|content-location|www-authenticate|service-worker-allowed|sourcemap|alt-svc|report-to|reporting-endpoints|nel|date|cache-control)$/;

/** By these a server takes a request for another one, or for that of somebody else; and how an answer is packed is ours to say. */
const neverOfAgents = /^(?:accept-encoding|via|x-original-method|x-original-url|x-rewrite-url|x-real-ip)$/;

const headerForm = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;

/** A header that bears a key: `Authorization` may be the one. */
export const keyHeader = v.pipe(
  v.string('must be text'),
  v.regex(headerForm, 'must be the name of a header, such as "X-Api-Key"'),
  v.check(
    (name) => /^authorization$/i.test(name) || !ownHeaders.test(name),
    'is a header that the proxy sets itself; name the one in which the provider takes the key',
  ),
);

const requestHeader = v.pipe(
  v.string('must be text'),
  v.regex(headerForm, 'must be the name of a header, such as "Accept"'),
  v.check((name) => !ownHeaders.test(name), 'is a header that the proxy sets itself; remove it'),
);

const lowerHeaderForm = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/;

export const requestHeaders = v.pipe(
  list(
    v.pipe(
      v.string('must be text'),
      v.regex(lowerHeaderForm, 'must be the name of a header in lower case, such as "stripe-account"'),
      v.check(
        (name) => !ownHeaders.test(name) && !neverOfAgents.test(name),
        'is a header that no agent sends to a provider; remove it',
      ),
    ),
    20,
  ),
  v.check((all) => isDistinct(all), 'must not name a header twice'),
);

export const responseHeaders = v.pipe(
  list(
    v.pipe(
      v.string('must be text'),
      v.regex(lowerHeaderForm, 'must be the name of a header in lower case, such as "x-ratelimit-remaining"'),
      v.check(
        (name) => !ownHeaders.test(name) && !ownResponseHeaders.test(name),
        'is a header that no agent sees of a provider; remove it',
      ),
    ),
    50,
  ),
  v.check((all) => isDistinct(all), 'must not name a header twice'),
);

export const headers = v.pipe(
  list(v.strictObject({ name: requestHeader, value: lineOfText }, 'must be { name, value }'), 20),
  v.check((all) => isDistinct(all.map(({ name }) => name.toLowerCase())), 'must not name a header twice'),
);

const ownParameters = new Set([
  ...['response_type', 'client_id', 'client_secret', 'redirect_uri', 'scope', 'state', 'nonce'],
  ...['code_challenge', 'code_challenge_method', 'request', 'request_uri', 'response_mode'],
]);

/** Of an authorization request; what the request itself says is none of them. */
export const authorizationParameters = v.pipe(
  list(
    v.strictObject(
      {
        name: v.pipe(
          memberName,
          v.check(
            (name) => !ownParameters.has(name),
            'is a parameter that the request says itself; remove it',
          ),
        ),
        value: lineOfText,
      },
      'must be { name, value }',
    ),
    20,
  ),
  v.check((all) => isDistinct(all.map(({ name }) => name)), 'must not name a parameter twice'),
);
