import { setTimeout as pause } from 'node:timers/promises';
import type { Permission } from '../iam/policy.ts';
import type { Authentication, AwsCall, Principal } from './call.ts';
import { delayOf, type FaultPlan, type FaultRule } from './faults.ts';
import { callerArn, type Principals } from './principals.ts';
import {
  accessDenied,
  authenticationError,
  noSuchService,
  readServiceRequest,
  type ServiceRequest,
  toAwsError,
} from './protocol.ts';
import type { AwsError, Caller, Capacity, Reply, Requirement, Service } from './service.ts';
import type { SignedRequest } from './sigv4.ts';

export interface CallsOptions {
  readonly account: string;
  /** The organization that the account is a member of. */
  readonly organization: string;
  readonly services: readonly Service[];
  readonly principals: Principals;
  readonly faults: FaultPlan;
  readonly record: (call: AwsCall) => void;
  readonly onCrash: (instance: string) => void;
}

/** `lost`: the connection drops without an answer. */
export type Outcome =
  | { readonly kind: 'reply'; readonly prefix: string; readonly reply: Reply }
  | { readonly kind: 'error'; readonly prefix: string; readonly error: AwsError }
  | { readonly kind: 'lost' };

type Facts = Pick<AwsCall, 'outcome'> & { readonly error?: string; readonly capacity?: Capacity };

interface Verdict {
  readonly outcome: Outcome;
  readonly facts: Facts;
}

/** One request from signature to reply: who, what, may they, does a fault strike, do it, write it down. */
export function createCalls(options: CallsOptions): (request: SignedRequest) => Promise<Outcome> {
  return async (request) => {
    const started = performance.now();
    const asked = readServiceRequest(request);
    const authentication = options.principals.authenticate(request);
    const permissions: Requirement[] = [];
    const { outcome, facts } = await answer(options, asked, authentication, permissions).catch(
      (error: unknown) => refused(asked.prefix, toAwsError(error), 'error'),
    );
    const { capacity, ...rest } = facts;
    options.record({
      ...who(authentication),
      action: `${asked.prefix}:${asked.operation}`,
      resources: [...new Set(permissions.map(({ resource }) => resource))],
      permissions: permissions.map(permissionOf),
      milliseconds: performance.now() - started,
      ...rest,
      ...(capacity === undefined ? {} : { capacityUnits: capacity }),
    });
    return outcome;
  };
}

async function answer(
  options: CallsOptions,
  asked: ServiceRequest,
  authentication: Authentication,
  permissions: Requirement[],
): Promise<Verdict> {
  const { prefix, operation } = asked;
  if (!authentication.ok) {
    return refused(
      prefix,
      authenticationError(prefix, authentication.code, authentication.refusal),
      'denied',
    );
  }
  const service = options.services.find((each) => each.prefix === prefix);
  if (service === undefined) return refused(prefix, noSuchService(prefix), 'error');
  const { principal, instance } = authentication;
  const input = asked.input();
  permissions.push(...(await service.requirements(operation, input)));
  const denial = denialOf(options, prefix, principal, instance, permissions);
  if (denial !== undefined) return denial;
  const faults = options.faults.strike(`${prefix}:${operation}`, principal.arn);
  const part = faults.some(({ kind }) => kind === 'partial') ? service.inPart?.(operation, input) : undefined;
  const serve = async (): Promise<Reply> => {
    const reply = await service.handle(
      operation,
      part?.input ?? input,
      callerOf(options, principal, instance),
    );
    return part?.tell(reply) ?? reply;
  };
  return faults.length === 0
    ? replied(prefix, await serve())
    : struck(options, service, faults, instance, serve);
}

function callerOf(
  { account, organization }: CallsOptions,
  principal: Principal,
  instance: string | undefined,
): Caller {
  const { arn, session } = principal;
  return {
    ...{ arn: callerArn(principal, instance), principal: arn, account, organization },
    ...(session === undefined ? {} : { session }),
  };
}

async function struck(
  { onCrash }: CallsOptions,
  service: Service,
  faults: readonly FaultRule[],
  instance: string | undefined,
  serve: () => Promise<Reply>,
): Promise<Verdict> {
  const kinds = faults.map(({ kind }) => kind);
  // A call that is still held back when its run ends keeps no process alive.
  await pause(Math.max(...faults.map(delayOf)), undefined, { ref: false });
  if (kinds.includes('throttle')) return refused(service.prefix, service.throttled, 'fault');
  if (kinds.includes('down')) return refused(service.prefix, service.unavailable, 'fault');
  const reply = await serve();
  const crash = kinds.includes('crash');
  if (!crash && !kinds.includes('timeout')) return replied(service.prefix, reply);
  if (crash && instance !== undefined) onCrash(instance);
  const facts: Facts = { outcome: 'fault', error: crash ? 'crash' : 'timeout' };
  const { capacity } = reply;
  return { outcome: { kind: 'lost' }, facts: { ...facts, ...(capacity === undefined ? {} : { capacity }) } };
}

function denialOf(
  { principals }: CallsOptions,
  prefix: string,
  principal: Principal,
  instance: string | undefined,
  requirements: readonly Requirement[],
): Verdict | undefined {
  for (const requirement of requirements) {
    const decision = principals.authorize(principal, requirement);
    if (decision === 'allowed') continue;
    const { action, resource, refusal } = requirement;
    const message = `User: ${callerArn(principal, instance)} is not authorized to perform: ${action} on resource: ${resource} ${decision.denied}`;
    const error = refusal?.(message) ?? accessDenied(prefix, message);
    const hint = decision.hint === undefined ? '' : ` (${decision.hint})`;
    return {
      outcome: { kind: 'error', prefix, error },
      facts: { outcome: 'denied', error: `${message}${hint}` },
    };
  }
  return undefined;
}

function refused(prefix: string, error: AwsError, outcome: 'denied' | 'fault' | 'error'): Verdict {
  const text = error.message === '' ? error.code : `${error.code}: ${error.message}`;
  return { outcome: { kind: 'error', prefix, error }, facts: { outcome, error: text } };
}

function replied(prefix: string, reply: Reply): Verdict {
  const { error, capacity } = reply;
  const facts: Facts = error === undefined ? { outcome: 'ok' } : { outcome: 'error', error };
  return {
    outcome: { kind: 'reply', prefix, reply },
    facts: { ...facts, ...(capacity === undefined ? {} : { capacity }) },
  };
}

function who(authentication: Authentication): Pick<AwsCall, 'principal' | 'instance'> {
  if (!authentication.ok) return { principal: 'anonymous' };
  const { principal, instance } = authentication;
  return { principal: principal.arn, ...(instance === undefined ? {} : { instance }) };
}

function permissionOf({ action, resource, context }: Requirement): Permission {
  return { action, resource, ...(context === undefined ? {} : { context }) };
}
