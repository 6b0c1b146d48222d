import {
  CreateEventBusCommand,
  type EventBridgeClient,
  PutRuleCommand,
  type PutRuleCommandInput,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { asInput, objectProperty, objectsProperty, optionalText, textProperty } from '../properties.ts';
import { transientProvider, type Provider } from '../provider.ts';
import { asText } from '../template.ts';

/** `AWS::Events::EventBus`. */
export function eventBus(client: EventBridgeClient): Provider {
  return transientProvider(
    { Description: 'nothing', Name: 'replacement', Tags: 'nothing' },
    async ({ properties: wanted }) => {
      const Name = textProperty(wanted, 'Name');
      const { EventBusArn } = await client.send(new CreateEventBusCommand({ Name }));
      return { physicalId: Name, attributes: { Arn: EventBusArn ?? '', Name } };
    },
  );
}

const ruleProperties: Provider['properties'] = {
  Description: 'nothing',
  EventBusName: 'replacement',
  EventPattern: 'update',
  Name: 'replacement',
  State: 'update',
  Tags: 'nothing',
  Targets: 'update',
};

/** `AWS::Events::Rule` with a pattern. */
export function eventRule(client: EventBridgeClient): Provider {
  return transientProvider(ruleProperties, async ({ properties: wanted, generatedName }) => {
    const Name = optionalText(wanted, 'Name') ?? generatedName;
    const EventBusName = optionalText(wanted, 'EventBusName') ?? 'default';
    const State = optionalText(wanted, 'State') ?? 'ENABLED';
    const EventPattern = asText(objectProperty(wanted, 'EventPattern'));
    const rule = asInput<PutRuleCommandInput>({ Name, EventBusName, State, EventPattern });
    const { RuleArn } = await client.send(new PutRuleCommand(rule));
    const Targets = objectsProperty(wanted, 'Targets').map(asInput<Target>);
    if (Targets.length > 0) await client.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets }));
    return {
      physicalId: EventBusName === 'default' ? Name : `${EventBusName}|${Name}`,
      attributes: { Arn: RuleArn ?? '' },
    };
  });
}
