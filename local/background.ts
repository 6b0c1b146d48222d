import type { Cloud } from './aws/cloud.ts';
import type { VirtualClock } from './clock.ts';
import type { Roles } from './cloudformation/roles.ts';
import type { FunctionDirectory } from './lambda/directory.ts';
import { createEventSources, type EventSources } from './lambda/event-sources.ts';
import { createSchedules, type Schedules } from './scheduler/schedules.ts';

export interface BackgroundOptions {
  readonly region: string;
  readonly clock: VirtualClock;
  readonly cloud: Cloud;
  readonly roles: Roles;
  readonly functions: FunctionDirectory;
  readonly log: (line: string) => void;
  /** Whether schedules run by `settle` only. */
  readonly schedulesByHand: boolean;
}

/** What AWS does of its own accord, while nobody asks for anything. */
export interface Background {
  readonly schedules: Schedules;
  readonly eventSources: EventSources;
  /**
   * Runs the schedules that are due, hands events to functions, and works off every message that is visible; rejects when that cannot
   * be received.
   */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function createBackground(options: BackgroundOptions): Background {
  const { region, clock, cloud, roles, functions, log } = options;
  const schedules = createSchedules({
    ...{ now: clock.now, log, byHand: options.schedulesByHand },
    deliver: (queueArn, body) => cloud.queues.send(queueArn, body, 'scheduler.amazonaws.com'),
    invoke: (functionArn, event, requestId) => functions.find(functionArn)?.invoke(event, requestId),
    authorize: (roleArn, action, resource) => cloud.authorize(roles.principalOf(roleArn), action, resource),
  });
  const eventSources = createEventSources({
    ...{ endpoint: cloud.endpoint, region, queues: cloud.queues, log },
    find: functions.find,
    roleOf: ({ definition }) => roles.principalOf(definition.roleArn),
    authorize: cloud.authorize,
  });
  return {
    ...{ schedules, eventSources },
    settle: async () => {
      await schedules.settle();
      do {
        await cloud.deliveries.settle();
        await eventSources.settle();
      } while (!cloud.deliveries.isIdle() || !eventSources.isIdle());
    },
    stop: async () => {
      await schedules.stop();
      await eventSources.stop();
    },
  };
}
