import * as v from 'valibot';
import { isDistinct, list } from './fields.ts';

const knownMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** RFC 3986: what a segment may hold as it is, without the star, which stands for something here. */
const segmentForm = /^(?:[A-Za-z0-9\-._~!$&'()+,;=:@]|%[0-9A-F]{2})+$/;
/** What would be another path to whoever decodes it: delimiters, controls, a percent sign, and what needs no escape. */
const misleadingEscape = /%(?:[01][0-9A-F]|7F|25|2F|5C|2D|2E|5F|7E|3[0-9]|[46][1-9A-F]|[57][0-9A])/;

const rulePath = v.pipe(
  v.string('must be text'),
  v.maxLength(512, 'must not be longer than 512 characters'),
  v.check(
    isRulePath,
    'must be a path as it is sent, such as "/repos/*/*/issues": it begins with "/", every segment is "*" or text without empty and dot segments and without escaped slashes, and "**" is the last if it is there',
  ),
);

function isRulePath(path: string): boolean {
  if (path === '/') return true;
  if (!path.startsWith('/')) return false;
  const segments = path.slice(1).split('/');
  return segments.every((segment, position) =>
    segment === '**' ? position === segments.length - 1 : segment === '*' || isLiteral(segment),
  );
}

function isLiteral(segment: string): boolean {
  const isPlain = segmentForm.test(segment) && !misleadingEscape.test(segment) && !/^\.{1,2}$/.test(segment);
  return isPlain && isUtf8(segment);
}

/** Calls have no other paths: a rule for one would never match. */
function isUtf8(segment: string): boolean {
  try {
    decodeURIComponent(segment);
    return true;
  } catch {
    return false;
  }
}

/** RFC 6901, of a member: the whole body is none. */
export const pointer = v.pipe(
  v.string('must be text'),
  v.regex(/^(?:\/(?:[^~/\p{Cc}\p{Cs}]|~[01])*)+$/u, 'must be a JSON Pointer, such as "/team/id"'),
  v.maxLength(256, 'must not be longer than 256 characters'),
);

const bodyValue = v.union(
  [
    v.pipe(v.string(), v.maxLength(256), v.regex(/^[^\p{Cc}\p{Cs}]*$/u)),
    v.pipe(v.number(), v.safeInteger()),
    v.boolean(),
  ],
  'must be text, a whole number, true or false',
);

const forms = 'must be { pointer, one_of }, { pointer, absent: true } or { graphql: "query" }';

const bodyRule = v.union(
  [
    v.strictObject({
      pointer,
      one_of: v.pipe(list(bodyValue, 50), v.minLength(1, 'must name at least one value')),
    }),
    v.strictObject({ pointer, absent: v.literal(true) }),
    v.strictObject({ graphql: v.literal('query') }),
  ],
  forms,
);

export const rule = v.strictObject(
  {
    methods: v.pipe(
      list(v.picklist(knownMethods, `must be one of ${knownMethods.join(', ')}`), 10),
      v.minLength(1, 'must name at least one method'),
      v.check((all) => isDistinct(all), 'must not name a method twice'),
    ),
    path: rulePath,
    origin: v.exactOptional(v.string('must be one of the origins of the provider')),
    body: v.exactOptional(
      v.pipe(list(bodyRule, 10), v.minLength(1, 'must hold at least one rule, or be left out')),
    ),
  },
  'must be { methods, path, origin, body }',
);
