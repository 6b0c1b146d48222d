import * as v from 'valibot';
import { customResourceCommon } from '../../cloudformation/event.ts';

const common = {
  ...customResourceCommon,
  ResourceType: v.picklist([
    'Custom::VestibuleResource',
    'Custom::VestibuleAgent',
    'Custom::VestibuleClient',
    'Custom::VestibuleIdentityProvider',
    'Custom::VestibuleDownstreamApi',
    'Custom::VestibuleEgressProvider',
    'Custom::VestibuleRedirect',
    'Custom::VestibuleOriginSecret',
  ]),
} as const;

const registrationEvent = v.variant('RequestType', [
  v.object({ RequestType: v.literal('Create'), ...common }),
  v.object({ RequestType: v.literal('Update'), PhysicalResourceId: v.string(), ...common }),
  v.object({ RequestType: v.literal('Delete'), PhysicalResourceId: v.string(), ...common }),
]);

/** What CloudFormation sends for one registration. */
export type RegistrationEvent = v.InferOutput<typeof registrationEvent>;

export function readEvent(event: unknown): RegistrationEvent | undefined {
  const parsed = v.safeParse(registrationEvent, event);
  return parsed.success ? parsed.output : undefined;
}
