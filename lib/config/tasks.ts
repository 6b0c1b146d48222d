import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { fields, flag, limit, listOf, textThat, wholeFrom } from './fields.ts';
import { written } from './limits.ts';
import { type Problem, show } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';
import { taskSecretProblems } from './task-secrets.ts';

export const tasks = fields({
  graceMinutes: v.optional(wholeFrom(5, 1_440, 'minutes')),
  providerLimit: v.optional(limit),
});

const secretPattern = textThat((arn) =>
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}\*?$/.test(arn)
    ? undefined
    : `${show(arn)} is not the ARN of a secret; write 'arn:aws:secretsmanager:<region>:<account>:secret:<name>', or its beginning and '*'`,
);

/** What one agent may do. */
export const agentTasks = fields({
  maximumHours: wholeFrom(1, 8_760, 'hours'),
  extension: v.optional(flag()),
  secrets: v.optional(
    v.pipe(
      listOf(secretPattern),
      v.minLength(1, 'names no secret; leave it out for an agent whose tokens go into none'),
      v.maxLength(20, 'names more than 20 secrets; join some by a common beginning'),
      v.check((arns) => new Set(arns).size === arns.length, 'names a secret twice; once will do'),
    ),
  ),
});

/** Whether any agent of the config opens tasks: where none does, nothing of them is deployed. */
export function hasTasks({ agents }: { readonly agents: readonly { readonly tasks?: unknown }[] }): boolean {
  return agents.some((agent) => agent.tasks !== undefined);
}

/** Default: an hour. */
export function taskGraceMinutes({ tasks: given }: VestibuleConfig): number {
  return given?.graceMinutes ?? 60;
}

/** Default: less than any of them takes. As the functions read it. */
export function providerLimit({ tasks: given }: VestibuleConfig): string {
  const { perSecond, burst = 2 * perSecond } = given?.providerLimit ?? { perSecond: 20 };
  return written({ perSecond, burst });
}

export function taskProblems(config: SoundParts): readonly Problem[] {
  const { tasks: given, agents } = config;
  const nobodys = {
    path: 'tasks',
    text: 'stands for tasks that nobody opens; give an agent its tasks, or remove it',
  };
  return [...(given === undefined || hasTasks({ agents }) ? [] : [nobodys]), ...taskSecretProblems(config)];
}
