import type { Parameters, RepeatableParameters } from '../oauth/parameters.ts';
import { ok, refuse, type Result } from '../runtime/result.ts';
import type { BodyRefusal } from './body-refusal.ts';
import { isMediaType } from './media-type.ts';
import type { HttpRequest } from './message.ts';
import { readUtf8 } from './utf8.ts';

/** Reads the form a request carries in its body. */
export function readForm(request: HttpRequest): Result<Parameters, BodyRefusal> {
  const text = formText(request);
  return text.ok ? parseForm(text.value) : text;
}

/** The form-urlencoded text in the body of a request. */
export function formText(request: HttpRequest): Result<string, BodyRefusal> {
  if (!isMediaType(request.headers['content-type'], 'application/x-www-form-urlencoded')) {
    return refuse({ reason: 'not_a_form' });
  }
  const text = readUtf8(request.body);
  return text === undefined ? refuse({ reason: 'not_utf8' }) : ok(text);
}

/** Reads form-urlencoded text, from a body or a query. */
export function parseForm(text: string): Result<Parameters, BodyRefusal> {
  const fields = parseFields(text);
  if (!fields.ok) return fields;
  // RFC 6749 §3.2: no parameter more than once, even where one of them is empty.
  const { values, resources, repeated } = fields.value;
  const [name] = repeated;
  return name === undefined ? ok({ values, resources }) : refuse({ reason: 'parameter_repeated', name });
}

/** The same, which leaves it to the reader what a repeated parameter means. RFC 8707 §2: `resource` may be repeated. */
export function parseFields(text: string): Result<RepeatableParameters, BodyRefusal> {
  const values = new Map<string, string>();
  const resources: string[] = [];
  const [seen, repeated] = [new Set<string>(), new Set<string>()];
  for (const field of text.split('&')) {
    const [name, value] = decodeField(field);
    if (name === undefined || value === undefined) return refuse({ reason: 'form_malformed' });
    if (name !== 'resource' && field !== '' && seen.has(name)) repeated.add(name);
    seen.add(name);
    // RFC 6749 §3.2: a parameter without a value is treated as if it were not there.
    if (value === '') continue;
    if (name === 'resource') resources.push(value);
    else if (!values.has(name)) values.set(name, value);
  }
  return ok({ values, resources, repeated });
}

function decodeField(field: string): readonly [name: string | undefined, value: string | undefined] {
  const equals = field.indexOf('=');
  if (equals < 0) return [formDecode(field), ''];
  return [formDecode(field.slice(0, equals)), formDecode(field.slice(equals + 1))];
}

/** Undoes form-urlencoding (RFC 6749 Appendix B); undefined where an escape is cut short or is not UTF-8. */
export function formDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
