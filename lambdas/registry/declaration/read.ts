import * as v from 'valibot';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { FieldRefusal } from '../refusal.ts';

/** Longer values are cut where a refusal shows them. Characters. */
const shown = 80;

/** Reads a declaration by its schema; the first thing wrong is named with its field, its value and the fix. */
export function readDeclaration<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): Result<v.InferOutput<Schema>, FieldRefusal> {
  const parsed = v.safeParse(schema, input, { abortEarly: true, abortPipeEarly: true });
  return parsed.success ? ok(parsed.output) : refuse(fieldRefusal(parsed.issues[0]));
}

function fieldRefusal(issue: v.BaseIssue<unknown>): FieldRefusal {
  const field = pathOf(issue);
  if (issue.expected === 'never') {
    return { reason: 'field_invalid', field, fix: 'is no member of this declaration; remove it' };
  }
  if (issue.input === undefined && field !== '') {
    return { reason: 'field_invalid', field, fix: `is required; it ${issue.message}` };
  }
  // A key set can hold a private key by mistake, and no answer or log repeats one.
  const value = field === '' || field.startsWith('jwks') ? undefined : jsonOf(issue.input);
  return { reason: 'field_invalid', field, fix: issue.message, ...(value !== undefined && { value }) };
}

function pathOf(issue: v.BaseIssue<unknown>): string {
  return (issue.path ?? []).reduce((path, { key }) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    const name = shorten(String(key));
    return path === '' ? name : `${path}.${name}`;
  }, '');
}

/** Undefined for what is nested deeper than can be written. */
function jsonOf(value: unknown): string | undefined {
  try {
    return shorten(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  return text.length <= shown ? text : `${text.slice(0, shown)}…`;
}
