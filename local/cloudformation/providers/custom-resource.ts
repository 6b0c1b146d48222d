import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../lambda/instance.ts';
import type { CustomResourceAnswer, CustomResourceAnswers } from '../custom-resource-answers.ts';
import { numberProperty, textProperty } from '../properties.ts';
import type { Provider, ProvisionedResource, Provisioned } from '../provider.ts';
import { asText, isJsonObject, type Json, type JsonObject } from '../template.ts';
import { createTurns, type Turns } from '../turns.ts';
import { stackArn, type Environment } from '../values.ts';

export interface CustomResourceOptions {
  readonly environment: Environment;
  readonly answers: CustomResourceAnswers;
  /** Invokes a function by ARN; undefined when there is none. */
  readonly invoke: (functionArn: string, event: object) => Promise<Outcome> | undefined;
  readonly log: (line: string) => void;
}

type Options = CustomResourceOptions & {
  /** The turns of one function. */
  readonly turnsOf: (token: string) => Turns;
};

type Request = Pick<ProvisionedResource, 'logicalId' | 'type' | 'properties'>;

/** How long a function that has returned may leave its answer on the way. */
const graceMilliseconds = 5_000;
/** CloudFormation waits an hour unless `ServiceTimeout` says otherwise; a person at a terminal does not. */
const defaultTimeoutSeconds = 120;

/**
 * `Custom::…` and `AWS::CloudFormation::CustomResource`: a function is told what to do and answers by a PUT. One warm
 * instance does it for all resources before as many instances as there are resources have started; and as CloudFormation
 * promises no order among those that do not depend on each other, there is none.
 */
export function customResource(given: CustomResourceOptions): Provider {
  const turns = new Map<string, Turns>();
  const options: Options = {
    ...given,
    turnsOf: (token) => {
      const known = turns.get(token) ?? createTurns();
      turns.set(token, known);
      return known;
    },
  };
  return {
    properties: 'any',
    transient: false,
    create: async (request) => provisioned(await ask(options, 'Create', request, {})),
    update: async (request, before) => {
      const old = {
        PhysicalResourceId: before.physicalId,
        OldResourceProperties: resourceProperties(before.properties),
      };
      return provisioned(await ask(options, 'Update', request, old));
    },
    delete: async (resource) => {
      const token = textProperty(resource.properties, 'ServiceToken');
      const isServed = await ask(options, 'Delete', resource, { PhysicalResourceId: resource.physicalId });
      if (isServed === undefined)
        options.log(`nothing left to delete ${resource.logicalId}: ${token} is gone`);
    },
  };
}

function ask(
  options: Options,
  requestType: 'Create' | 'Update' | 'Delete',
  resource: Request,
  old: object,
): Promise<CustomResourceAnswer | undefined> {
  const turns = options.turnsOf(textProperty(resource.properties, 'ServiceToken'));
  return turns(() => askNow(options, requestType, resource, old));
}

async function askNow(
  options: CustomResourceOptions,
  requestType: 'Create' | 'Update' | 'Delete',
  { logicalId, type, properties }: Request,
  old: object,
): Promise<CustomResourceAnswer | undefined> {
  const expected = options.answers.expect();
  const event = {
    RequestType: requestType,
    ServiceToken: textProperty(properties, 'ServiceToken'),
    ResponseURL: expected.responseUrl,
    StackId: stackArn(options.environment),
    RequestId: randomUUID(),
    LogicalResourceId: logicalId,
    ResourceType: type,
    ResourceProperties: resourceProperties(properties),
    ...old,
  };
  try {
    const invoked = options.invoke(event.ServiceToken, event);
    if (invoked === undefined) {
      if (requestType === 'Delete') return undefined;
      throw new Error(`there is no function ${event.ServiceToken}`);
    }
    const timeoutSeconds = numberProperty(properties, 'ServiceTimeout', defaultTimeoutSeconds);
    const body = await Promise.race([expected.answer, failure(invoked), lateness(timeoutSeconds)]);
    return checked(body, event);
  } finally {
    expected.close();
  }
}

/** Rejects when the function fails, or when it returns and no answer follows. */
async function failure(invoked: Promise<Outcome>): Promise<never> {
  const outcome = await invoked;
  if (outcome.kind !== 'returned') {
    throw new Error(
      `the function ${outcome.kind}: ${outcome.error.errorType}: ${outcome.error.errorMessage}`,
    );
  }
  await delay(graceMilliseconds);
  throw new Error('the function returned without an answer to its ResponseURL');
}

async function lateness(seconds: number): Promise<never> {
  await delay(seconds * 1000);
  throw new Error(`the function gave no answer in ${seconds} seconds`);
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}

function checked(
  body: string,
  event: { readonly StackId: string; readonly RequestId: string },
): CustomResourceAnswer {
  const answer = JSON.parse(body) as CustomResourceAnswer;
  if (answer.StackId !== event.StackId || answer.RequestId !== event.RequestId) {
    throw new Error('the answer repeats neither StackId nor RequestId of its request');
  }
  if (answer.Status !== 'SUCCESS') throw new Error(answer.Reason ?? 'the function failed without a reason');
  if (typeof answer.PhysicalResourceId !== 'string' || answer.PhysicalResourceId === '') {
    throw new Error('the answer has no PhysicalResourceId');
  }
  return answer;
}

function provisioned(answer: CustomResourceAnswer | undefined): Provisioned {
  const data = Object.entries(answer?.Data ?? {}).map(([name, value]) => [name, asText(value)]);
  return {
    physicalId: answer?.PhysicalResourceId ?? '',
    attributes: Object.fromEntries(data) as Record<string, string>,
  };
}

/** CloudFormation passes every scalar as text. */
function resourceProperties(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inText(member)]));
}

function inText(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(inText);
  if (isJsonObject(value)) return resourceProperties(value);
  return asText(value);
}
