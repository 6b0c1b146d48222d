import * as v from 'valibot';
import type { Agent, TaskPolicy } from '../../ports/registry.ts';
import type { PlainRecord } from './attributes.ts';
import { text, whole } from './stored.ts';

export const storedTaskPolicy = v.object({
  maximum_hours: whole,
  extension: v.exactOptional(v.literal(true)),
  secrets: v.exactOptional(v.array(text)),
});

export function taskPolicyAttribute(policy: TaskPolicy | undefined): PlainRecord | undefined {
  if (policy === undefined) return undefined;
  const { maximumHours, extension, secrets } = policy;
  return { maximum_hours: maximumHours, extension, secrets };
}

export function taskPolicyOf(
  stored: v.InferOutput<typeof storedTaskPolicy> | undefined,
): Pick<Agent, 'tasks'> {
  if (stored === undefined) return {};
  const { maximum_hours: maximumHours, ...rest } = stored;
  return { tasks: { maximumHours, ...rest } };
}
