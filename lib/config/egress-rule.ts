import * as v from 'valibot';
import { readRule } from '../egress/rule.ts';
import { fields, listOf, text, textThat } from './fields.ts';
import { show } from './problem.ts';

const knownMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const segmentForm = /^(?:[A-Za-z0-9\-._~!$&'()+,;=:@]|%[0-9A-F]{2})+$/;
const misleadingEscape = /%(?:[01][0-9A-F]|7F|25|2F|5C|2D|2E|5F|7E|3[0-9]|[46][1-9A-F]|[57][0-9A])/;

/** The registry refuses the same. */
export function rulePathProblem(path: string): string | undefined {
  const isSound = path
    .split('/')
    .slice(1)
    .every(
      (segment, at, all) =>
        (segment === '**' && at === all.length - 1) ||
        segment === '*' ||
        (segmentForm.test(segment) &&
          !misleadingEscape.test(segment) &&
          !/^\.{1,2}$/.test(segment) &&
          isUtf8(segment)),
    );
  return path === '/' || (path.startsWith('/') && isSound)
    ? undefined
    : `${show(path)} is no path of a rule; write it as it is sent, such as '/repos/*/*/issues': '*' is one segment, '**' at the end are all that follow`;
}

function methodProblem(method: string): string | undefined {
  return knownMethods.includes(method)
    ? undefined
    : `${show(method)} is no method; write one of ${knownMethods.join(', ')}`;
}

const ruleText = textThat((written) => {
  const read = readRule(written);
  if (read === undefined) {
    return `${show(written)} is no rule; write it as 'GET /repos/*' or 'GET,POST /repos/**'`;
  }
  return (
    read.methods.map(methodProblem).find((problem) => problem !== undefined) ?? rulePathProblem(read.path)
  );
});

const bodyValue = v.union(
  [v.string(), v.pipe(v.number(), v.safeInteger()), v.boolean()],
  ({ input }) => `${show(input)} is no text, whole number, true or false`,
);

const pointer = textThat((value) =>
  /^(?:\/(?:[^~/\p{Cc}\p{Cs}]|~[01])*)+$/u.test(value)
    ? undefined
    : `${show(value)} is no JSON Pointer; write one such as '/team/id'`,
);

const bodyRule = v.union(
  [
    v.strictObject({
      pointer,
      oneOf: v.pipe(v.array(bodyValue), v.minLength(1, 'names no value; name those that may stand there')),
    }),
    v.strictObject({ pointer, absent: v.literal(true) }),
    v.strictObject({ graphql: v.literal('query') }),
  ],
  "is no rule for a body; write { pointer: '/team/id', oneOf: […] }, { pointer, absent: true } or { graphql: 'query' }",
);

const wholeRule = fields({
  methods: v.pipe(
    listOf(textThat(methodProblem)),
    v.minLength(1, 'names no method; a rule without allows nothing'),
  ),
  path: textThat(rulePathProblem),
  origin: v.optional(text()),
  body: v.optional(listOf(bodyRule)),
});

/** A kind of request that a scope of a third party allows. */
export const requestRule = v.lazy((input): v.GenericSchema =>
  typeof input === 'string' ? ruleText : wholeRule,
);

/** Calls have no other paths: a rule for one would never match. */
function isUtf8(segment: string): boolean {
  try {
    decodeURIComponent(segment);
    return true;
  } catch {
    return false;
  }
}
