import * as v from 'valibot';

/** What every request to a custom resource says; `ResourceType` and its properties are each function's own. */
export const customResourceCommon = {
  ResponseURL: v.string(),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  ResourceProperties: v.record(v.string(), v.unknown()),
} as const;

/** What the protocol needs of an event that was understood. */
export type CustomResourceRequest = { readonly RequestId: string; readonly LogicalResourceId: string } & (
  | { readonly RequestType: 'Create' }
  | { readonly RequestType: 'Update' | 'Delete'; readonly PhysicalResourceId: string }
);

/** Whom to answer, which is read even from an event that is otherwise not understood. */
const envelope = v.object({
  ResponseURL: v.string(),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.exactOptional(v.string()),
});

export type Envelope = v.InferOutput<typeof envelope>;

/** Throws for an event that names nobody to answer: there is nothing else to do with it. */
export function readEnvelope(event: unknown): Envelope {
  return v.parse(envelope, event);
}
