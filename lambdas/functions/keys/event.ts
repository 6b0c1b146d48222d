import * as v from 'valibot';
import { customResourceCommon } from '../../cloudformation/event.ts';
import type { GatewayEvent } from '../../http/gateway-event.ts';

const common = {
  ...customResourceCommon,
  ResourceType: v.literal('Custom::VestibuleSigningKeys'),
} as const;

const signingKeysEvent = v.variant('RequestType', [
  v.object({ RequestType: v.literal('Create'), ...common }),
  v.object({ RequestType: v.literal('Update'), PhysicalResourceId: v.string(), ...common }),
  v.object({ RequestType: v.literal('Delete'), PhysicalResourceId: v.string(), ...common }),
]);

export type SigningKeysEvent = v.InferOutput<typeof signingKeysEvent>;

const scheduled = v.object({ schedule: v.literal('daily') });

/** The three ways into the function. */
export type KeysEvent =
  | { readonly from: 'cloudformation'; readonly event: unknown }
  | { readonly from: 'http'; readonly event: GatewayEvent }
  | { readonly from: 'schedule' };

/** Tells by its shape who sent an event; throws for one that nobody of ours sends. */
export function readKeysEvent(event: unknown): KeysEvent {
  if (typeof event === 'object' && event !== null) {
    if ('requestContext' in event) return { from: 'http', event: event as GatewayEvent };
    if ('ResponseURL' in event) return { from: 'cloudformation', event };
  }
  if (v.is(scheduled, event)) return { from: 'schedule' };
  throw new Error('the event is neither of the schedule, nor of a custom resource, nor of the HTTP API');
}

export function readSigningKeysEvent(event: unknown): SigningKeysEvent | undefined {
  const parsed = v.safeParse(signingKeysEvent, event);
  return parsed.success ? parsed.output : undefined;
}
