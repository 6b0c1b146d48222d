import type { BodyRule } from '../../ports/egress-providers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { parameterNames } from './call-query.ts';
import { type Json, readJsonText } from './json-text.ts';
import { badCall, type CallRefusal } from './refusal.ts';

/** The body of a call, as far as rules look into it. */
export type CallBody =
  { readonly kind: 'none' } | { readonly kind: 'json'; readonly value: Json } | { readonly kind: 'other' };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const jsonType = /^application\/(?:[\w.+-]+\+)?json$/;

/** Reads JSON strictly, and lets no body say that the request is of another method. */
export function readCallBody(
  contentType: string | undefined,
  bytes: Uint8Array,
): Result<CallBody, CallRefusal> {
  if (bytes.byteLength === 0) return ok({ kind: 'none' });
  const [type = '', ...parameters] = (contentType ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (jsonType.test(type)) return readJson(parameters, bytes);
  if (type === 'application/x-www-form-urlencoded') {
    return parameterNames(Buffer.from(bytes).toString('latin1')).includes('_method')
      ? overridden
      : ok({ kind: 'other' });
  }
  const isOverridden =
    type.startsWith('multipart/') && /name\s*=\s*"?_method/i.test(Buffer.from(bytes).toString('latin1'));
  return isOverridden ? overridden : ok({ kind: 'other' });
}

const overridden = badCall('method_overridden', 'the method of the call must be that of the request');

function readJson(parameters: readonly string[], bytes: Uint8Array): Result<CallBody, CallRefusal> {
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) {
    return badCall('body_unreadable', 'JSON must be of UTF-8');
  }
  const text = utf8(bytes);
  const read = text === undefined ? undefined : readJsonText(text);
  if (read?.ok !== true) {
    return badCall('body_unreadable', 'the body must be JSON of UTF-8 with no member twice in one object');
  }
  const { value } = read;
  const names = isObject(value) ? [...value.keys()] : [];
  return names.some((name) => name.toLowerCase() === '_method') ? overridden : ok({ kind: 'json', value });
}

/** Whether a body, and what the query says beside it, is as all of the rules say. */
export function bodySatisfies(rules: readonly BodyRule[], body: CallBody, query: string): boolean {
  const beside = new Set(parameterNames(query));
  return rules.every((rule) => {
    if ('graphql' in rule) return query === '' && body.kind === 'json' && isGraphqlQuery(body.value);
    const steps = stepsOf(rule.pointer);
    // A server may take from the query what it does not find in the body, or take it first.
    if (beside.has(steps[0]?.toLowerCase() ?? '')) return false;
    if ('absent' in rule)
      return body.kind === 'none' || (body.kind === 'json' && !mayHave(body.value, steps));
    return body.kind === 'json' && isOneOf(valueAt(body.value, steps), rule.oneOf);
  });
}

/** RFC 6901 §4. */
function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Undefined too where another member differs from a step in its case alone: some servers take either. */
function valueAt(value: Json | undefined, steps: readonly string[]): Json | undefined {
  return steps.reduce<Json | undefined>((within, step) => {
    if (!isObject(within)) return undefined;
    return alike(within, step).length === 1 ? within.get(step) : undefined;
  }, value);
}

/** Whether there is such a member, in whatever case it is written. */
function mayHave(value: Json, steps: readonly string[]): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  if (Array.isArray(value)) return (value as readonly Json[]).some((item) => mayHave(item, rest));
  return isObject(value) && alike(value, step).some(([, member]) => mayHave(member, rest));
}

function alike(members: ReadonlyMap<string, Json>, step: string): readonly (readonly [string, Json])[] {
  return [...members].filter(([name]) => name.toLowerCase() === step.toLowerCase());
}

function isOneOf(value: Json | undefined, allowed: readonly (string | number | boolean)[]): boolean {
  if (value === undefined || value === null) return false;
  // A number that is written in another way than ours may be another one to somebody else.
  if (isNumber(value)) return allowed.some((one) => typeof one === 'number' && String(one) === value.digits);
  return allowed.some((one) => one === value);
}

const graphqlMembers = new Set(['query', 'variables', 'operationName']);

/** A document of its own, of which no other part (a stored query, a batch) can be anything else. */
function isGraphqlQuery(value: Json): boolean {
  if (!isObject(value) || ![...value.keys()].every((name) => graphqlMembers.has(name))) return false;
  const query = value.get('query');
  return typeof query === 'string' && query.trim() !== '' && !/mutation|subscription/i.test(query);
}

function isObject(value: Json | undefined): value is ReadonlyMap<string, Json> {
  return value instanceof Map;
}

function isNumber(value: Json): value is { readonly digits: string } {
  return typeof value === 'object' && value !== null && 'digits' in value;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
