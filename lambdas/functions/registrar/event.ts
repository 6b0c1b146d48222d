import * as v from 'valibot';

const common = {
  ResponseURL: v.string(),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  ResourceProperties: v.record(v.string(), v.unknown()),
  ResourceType: v.picklist([
    'Custom::VestibuleSigningKeys',
    'Custom::VestibuleResource',
    'Custom::VestibuleAgent',
    'Custom::VestibuleClient',
  ]),
} as const;

const customResourceEvent = v.variant('RequestType', [
  v.object({ RequestType: v.literal('Create'), ...common }),
  v.object({ RequestType: v.literal('Update'), PhysicalResourceId: v.string(), ...common }),
  v.object({ RequestType: v.literal('Delete'), PhysicalResourceId: v.string(), ...common }),
]);

/** What CloudFormation sends for a custom resource. */
export type CustomResourceEvent = v.InferOutput<typeof customResourceEvent>;

/** Whom to answer, which is read even from an event that is otherwise not understood. */
const envelope = v.object({
  ResponseURL: v.string(),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.exactOptional(v.string()),
});

export type Envelope = v.InferOutput<typeof envelope>;

export function readEvent(event: unknown): CustomResourceEvent | undefined {
  const parsed = v.safeParse(customResourceEvent, event);
  return parsed.success ? parsed.output : undefined;
}

/** Throws for an event that names nobody to answer: there is nothing else to do with it. */
export function readEnvelope(event: unknown): Envelope {
  return v.parse(envelope, event);
}
