import { readExpression } from '../../scheduler/expression.ts';
import type { ScheduleDefinition } from '../../scheduler/schedules.ts';
import { objectProperty, optionalText, textProperty } from '../properties.ts';
import { transientProvider, type Provider } from '../provider.ts';
import type { JsonObject } from '../template.ts';
import type { Environment } from '../values.ts';

const scheduleProperties: Provider['properties'] = {
  Description: 'nothing',
  FlexibleTimeWindow: 'update',
  Name: 'replacement',
  ScheduleExpression: 'update',
  ScheduleExpressionTimezone: 'update',
  Target: 'update',
};

/** `AWS::Scheduler::Schedule` with a function as its target. */
export function schedule(
  { region, account }: Environment,
  add: (definition: ScheduleDefinition) => void,
): Provider {
  return transientProvider(scheduleProperties, ({ properties: wanted, generatedName }) => {
    const mode = textProperty(objectProperty(wanted, 'FlexibleTimeWindow'), 'Mode');
    if (mode !== 'OFF') throw new Error(`the local run knows FlexibleTimeWindow OFF only, not ${mode}`);
    const name = optionalText(wanted, 'Name') ?? generatedName;
    const timezone = optionalText(wanted, 'ScheduleExpressionTimezone') ?? 'UTC';
    add({
      name,
      nextRun: readExpression(textProperty(wanted, 'ScheduleExpression'), timezone),
      ...targetOf(objectProperty(wanted, 'Target')),
    });
    return {
      physicalId: name,
      attributes: { Arn: `arn:aws:scheduler:${region}:${account}:schedule/default/${name}` },
    };
  });
}

const targetProperties = ['Arn', 'DeadLetterConfig', 'Input', 'RetryPolicy', 'RoleArn'];

function targetOf(target: JsonObject): Omit<ScheduleDefinition, 'name' | 'nextRun'> {
  const unknown = Object.keys(target).find((name) => !targetProperties.includes(name));
  if (unknown !== undefined) throw new Error(`the local run does not know ${unknown} of a schedule's target`);
  const functionArn = textProperty(target, 'Arn');
  if (!functionArn.includes(':function:')) {
    throw new Error(`the local run schedules functions only, not ${functionArn}`);
  }
  const deadLetterArn = optionalText(objectProperty(target, 'DeadLetterConfig'), 'Arn');
  return {
    ...{
      functionArn,
      roleArn: textProperty(target, 'RoleArn'),
      input: optionalText(target, 'Input') ?? '{}',
    },
    ...(deadLetterArn !== undefined && { deadLetterArn }),
  };
}
