import { appendFileSync } from 'node:fs';
import type { AwsCall } from './aws/call.ts';
import type { RoleAction } from './cloudformation/granted-actions.ts';

/** Which actions of which roles a run has needed. */
export interface PermissionUsage {
  readonly record: (call: AwsCall) => void;
  readonly used: () => readonly RoleAction[];
  /** Appends what was used to a file, one JSON object a line. */
  readonly append: (file: string) => void;
}

export function createPermissionUsage(roleOf: (arn: string) => string | undefined): PermissionUsage {
  const pairs = new Map<string, RoleAction>();
  const used = (): readonly RoleAction[] => [...pairs.values()];
  return {
    record: ({ principal, permissions, outcome }) => {
      const role = roleOf(principal);
      if (role === undefined || outcome === 'denied' || outcome === 'fault') return;
      for (const { action } of permissions) pairs.set(`${role} ${action}`, { role, action });
    },
    used,
    append: (file) => {
      appendFileSync(
        file,
        used()
          .map((pair) => `${JSON.stringify(pair)}\n`)
          .join(''),
      );
    },
  };
}
