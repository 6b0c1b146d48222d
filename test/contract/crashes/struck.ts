import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { TaskEvents } from '../../../lambdas/ports/task-work.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { RefreshPorts } from '../../../lambdas/tasks/ports.ts';
import type { TestTables } from '../../support/dynamodb.ts';

/** What strikes one call of a worker: it has no effect and is refused, loses its reply once or for good, or is the worker's last. */
export const faults = [
  'refused',
  'reply lost, sent again',
  'reply lost for good',
  'crash before it',
  'crash after it',
] as const;
export type Fault = (typeof faults)[number];

/** The worker is gone when it is struck by one of those. */
export const isCrash = (fault: Fault): boolean => fault.startsWith('crash');

/** A worker's way to everything outside of it, struck at one of its calls. */
export interface Struck {
  readonly tables: TestTables;
  readonly around: <Ports extends RefreshPorts>(ports: Ports) => Ports;
  /** A client that goes the same way. */
  readonly secrets: (client: SecretsManagerClient) => SecretsManagerClient;
  /** What it called, in order. */
  readonly called: readonly string[];
  /** Resolves when it has crashed. */
  readonly crashed: Promise<void>;
}

interface Context {
  readonly commandName?: string;
}

const place = { step: 'deserialize', priority: 'low', name: 'struck' } as const;

/** `at`: the number of the call, from 1 on; absent: none is struck. */
export function struckAt(tables: TestTables, at?: { readonly call: number; readonly fault: Fault }): Struck {
  const called: string[] = [];
  let isGone = false;
  let crash: () => void = () => undefined;
  const crashed = new Promise<void>((resolve) => {
    crash = resolve;
  });
  const never = <T>(): Promise<T> => {
    isGone = true;
    crash();
    return new Promise<T>(() => undefined);
  };
  const through = async <T>(name: string, effect: () => Promise<T>, refused: (why: string) => Error) => {
    if (isGone) return never<T>();
    called.push(name);
    const fault = called.length === at?.call ? at.fault : undefined;
    if (fault === 'crash before it') return never<T>();
    if (fault === 'refused') throw refused('refused');
    const reply = await effect();
    if (fault === 'crash after it') return never<T>();
    if (fault === 'reply lost for good') throw refused('lost');
    if (fault === 'reply lost, sent again') throw Object.assign(refused('lost'), { name: 'TimeoutError' });
    return reply;
  };
  const striking =
    <Args extends object, Reply>(next: (args: Args) => Promise<Reply>, { commandName = '' }: Context) =>
    (args: Args): Promise<Reply> =>
      through(
        commandName.replace(/Command$/, ''),
        () => next(args),
        (why) => new Error(why),
      );
  const strike = (client: DynamoDBClient): DynamoDBClient => {
    client.middlewareStack.add(striking, place);
    return client;
  };
  const unavailable = (why: string): Error => new DependencyUnavailable('EventBridge', { cause: why });
  return {
    tables: { ...tables, client: (config) => strike(tables.client(config)) },
    secrets: (client) => {
      client.middlewareStack.add(striking, place);
      return client;
    },
    around: (ports) => ({
      ...ports,
      events: tellingThrough((tell) => through('PutEvents', tell, unavailable), ports.events),
    }),
    called,
    crashed,
  };
}

function tellingThrough(
  through: (tell: () => Promise<void>) => Promise<void>,
  { tell }: TaskEvents,
): TaskEvents {
  return { tell: (events) => through(() => tell(events)) };
}
