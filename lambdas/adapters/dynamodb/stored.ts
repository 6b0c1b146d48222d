import * as v from 'valibot';
import type { ManagedBy, Registration } from '../../ports/registry.ts';
import type { ChangeRecord } from '../../ports/registry-store.ts';
import { instant } from '../../runtime/clock.ts';
import { type Item, type Plain, type PlainRecord, fromItem } from './attributes.ts';

export const text = v.pipe(v.string(), v.nonEmpty());
export const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The audit record of the write that made an item what it is. */
const audit = v.object({ event: text, actor: text, at: whole, request_id: text });

/** Attributes of every written item. */
export const written = { pk: text, version: whole, audit } as const;

/** Attributes of everything that is registered. */
export const registered = {
  ...written,
  kind: text,
  id: text,
  state: v.picklist(['active', 'disabled']),
  managed_by: v.variant('kind', [
    v.object({ kind: v.literal('deployment'), deployment: text }),
    v.object({ kind: v.literal('operator'), arn: text }),
    v.object({ kind: v.literal('self') }),
    v.object({ kind: v.literal('document'), curated: v.boolean() }),
  ]),
  created_at: whole,
  updated_at: whole,
} as const;

type Registered = v.InferOutput<v.ObjectSchema<typeof registered, undefined>>;

/**
 * Decodes an item. Attributes it does not know are ignored: while a deployment rolls out, warm instances read what
 * the next version wrote. A malformed one is a defect: the error names the key and the attribute, never a value.
 */
export function decode<Schema extends v.GenericSchema>(schema: Schema, item: Item): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, fromItem(item), { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const key = item['pk']?.S ?? '(without key)';
  throw new Error(
    `malformed item ${key}: ${v.getDotPath(issue) ?? 'item'} is not ${issue.expected ?? issue.type}`,
  );
}

export function registrationOf(stored: Registered): Registration {
  return {
    state: stored.state,
    managedBy: stored.managed_by,
    createdAt: instant(stored.created_at),
    updatedAt: instant(stored.updated_at),
  };
}

export function registrationAttributes(thing: Registration): PlainRecord {
  return {
    state: thing.state,
    managed_by: managedByAttribute(thing.managedBy),
    created_at: thing.createdAt,
    updated_at: thing.updatedAt,
  };
}

export function auditAttribute(change: ChangeRecord): Plain {
  return { event: change.event, actor: change.actor, at: change.at, request_id: change.requestId };
}

function managedByAttribute(managedBy: ManagedBy): Plain {
  return { ...managedBy };
}
