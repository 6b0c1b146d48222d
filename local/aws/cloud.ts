import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourcePolicy } from '../iam/evaluate.ts';
import type { Decision, PolicyDocument, RequestContext } from '../iam/policy.ts';
import type { Statement } from '../iam/statement.ts';
import { machineNow, type VirtualClock } from '../clock.ts';
import type { Authentication, AwsCall, Ledger, Principal, Session } from './call.ts';
import { createCalls } from './calls.ts';
import type { UserPools } from './cognito/cognito.ts';
import { createEngineClient } from './dynamodb/engine-client.ts';
import { type Engine, startEngine } from './dynamodb/engine.ts';
import type { FaultPlan } from './faults.ts';
import { startFront } from './front.ts';
import type { BusEvent } from './eventbridge/buses.ts';
import type { Deliveries } from './eventbridge/deliveries.ts';
import { createKeptServices } from './kept-services.ts';
import { createLambda, type InvocableFunctions } from './lambda.ts';
import { createLedger } from './ledger.ts';
import { createPrincipals, newAccessKey } from './principals.ts';
import type { SignedRequest } from './sigv4.ts';
import { openStateFile } from './state-file.ts';
import type { Queues } from './sqs/sqs.ts';
import { startSts } from './sts/sts.ts';

export interface CloudOptions {
  /** Where keys, secrets, tables and messages survive a restart; absent: nothing survives. */
  readonly stateDirectory?: string;
  readonly region: string;
  readonly account: string;
  readonly clock: VirtualClock;
  readonly faults: FaultPlan;
  readonly onCall?: (call: AwsCall) => void;
  /** A `crash` fault hit this instance after its call took effect: end it as a Lambda crash would. */
  readonly onCrash?: (instance: string) => void;
  /** The port of the issuer of identity tokens; a free one when absent or 0. */
  readonly identityPort?: number;
  /** Another DynamoDB engine to stand behind the front instead of the embedded one. */
  readonly dynamodbEndpoint?: string;
  /** What `lambda:InvokeFunction` and the rules of event buses reach. */
  readonly functions?: InvocableFunctions;
  /** What went wrong where no caller is told. */
  readonly log?: (line: string) => void;
}

export interface Cloud {
  /** One front for every service; the service is in the SigV4 credential scope. */
  readonly endpoint: string;
  /** May do everything: the provisioner. */
  readonly root: Principal;
  /** May do everything; the same access key after a restart with a state directory. */
  readonly operator: Principal;
  /**
   * The principal of a role; its policies and its session replace those given for the same ARN before. Throws on a
   * policy form that is not understood.
   */
  readonly principalFor: (arn: string, policies: readonly PolicyDocument[], session?: Session) => Principal;
  /** Who signs the identity tokens of the account, while outbound federation is enabled in it, as it is at first. */
  readonly identityIssuer: string;
  readonly enableOutboundFederation: (isEnabled: boolean) => void;
  /** User pools of the account, of which the template makes none. */
  readonly userPools: UserPools;
  readonly queues: Queues;
  /** What an event bus was told, by its name or its ARN: the newest 5,000 events, the oldest first. */
  readonly told: (bus: string) => readonly BusEvent[];
  readonly deliveries: Pick<Deliveries, 'isIdle' | 'settle'>;
  /** What a function instance's environment holds so that its SDK clients come here as that principal. */
  readonly environmentOf: (principal: Principal, instance: string) => Record<string, string>;
  /** SigV4 of any service: who signed this request. */
  readonly authenticate: (request: SignedRequest) => Authentication;
  readonly authorize: (
    principal: Principal,
    action: string,
    resource: string,
    context?: RequestContext,
  ) => Decision;
  readonly ledger: Ledger;
  readonly faults: FaultPlan;
  readonly stop: () => Promise<void>;
}

const noFunctions: InvocableFunctions = { find: () => undefined, mayInvoke: () => false };
const organization = 'o-local00000';

const everything: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

/** Brings every embedded service up behind one front. Rejects, with the command to run, without a DynamoDB engine. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { region, account, clock, faults, stateDirectory, functions = noFunctions } = options;
  const stateFile = (name: string): string | undefined =>
    stateDirectory === undefined ? undefined : join(stateDirectory, name);
  const sts = await startSts({ region, clock, port: options.identityPort ?? 0, file: stateFile('sts.json') });
  const engine = await startEngineOf(options, stateFile('dynamodb.sqlite')).catch(async (error: unknown) => {
    await sts.stop();
    throw error;
  });
  const client = createEngineClient(engine.endpoint);
  let endpoint = '';
  const { kms, sqs, eventBridge, ...kept } = createKeptServices({
    ...{ region, account, clock, stateDirectory, engine: client, functions, endpoint: () => endpoint },
    authorizeService: (...asked) => principals.authorizeService(...asked),
    log: (line) => options.log?.(line),
  });
  const principals = createPrincipals({
    ...{ region, account },
    clocks: () => [clock.now(), machineNow()],
    resourcePolicy: (arn) => guarding(kms.policyOf(arn), 'alone') ?? guarding(sqs.policyOf(arn), 'beside'),
  });
  const root: Principal = { arn: `arn:aws:iam::${account}:root`, ...newAccessKey() };
  const operator = await operatorOf(account, stateFile('operator.json'));
  principals.add(root, [everything]);
  principals.add(operator, [everything]);
  const ledger = createLedger();
  const call = createCalls({
    ...{ account, organization },
    services: [...kept.services, sts.service, createLambda({ region, account, functions })],
    principals,
    faults,
    record: (made) => {
      ledger.record(made);
      options.onCall?.(made);
    },
    onCrash: (instance) => options.onCrash?.(instance),
  });
  const front = await startFront(call, clock.now);
  endpoint = front.endpoint;
  return {
    endpoint: front.endpoint,
    ...{ root, operator },
    ...{ identityIssuer: sts.issuer, enableOutboundFederation: sts.enableFederation },
    ...{ userPools: kept.userPools, deliveries: kept.deliveries },
    ...{ queues: sqs.queues, told: eventBridge.told },
    environmentOf: (principal, instance) => environmentOf(principal, instance, region, front.endpoint),
    principalFor: principals.forArn,
    authenticate: principals.authenticate,
    authorize: (principal, action, resource, context = {}) =>
      principals.authorize(principal, { action, resource, context }),
    ...{ ledger, faults },
    stop: async () => {
      sqs.stop();
      await front.stop();
      await sts.stop();
      client.close();
      await engine.stop();
    },
  };
}

function guarding(
  statements: readonly Statement[] | undefined,
  stands: ResourcePolicy['stands'],
): ResourcePolicy | undefined {
  return statements && { statements, stands };
}

function startEngineOf(
  { stateDirectory, dynamodbEndpoint }: CloudOptions,
  file: string | undefined,
): Promise<Engine> {
  if (stateDirectory !== undefined) mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  if (dynamodbEndpoint === undefined) return startEngine(file);
  return Promise.resolve({ endpoint: dynamodbEndpoint, stop: () => Promise.resolve() });
}

async function operatorOf(account: string, path: string | undefined): Promise<Principal> {
  const file = openStateFile(path, { key: newAccessKey() });
  await file.commit();
  return { arn: `arn:aws:iam::${account}:user/operator`, ...file.state.key };
}

function environmentOf(
  { accessKeyId, secretAccessKey }: Principal,
  instance: string,
  region: string,
  endpoint: string,
): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: instance,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
  };
}
