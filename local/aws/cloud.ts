import type { Decision, Permission, PolicyDocument, RequestContext } from '../iam/policy.ts';
import type { VirtualClock } from '../clock.ts';
import type { FaultPlan } from './faults.ts';
import type { SignedRequest } from './sigv4.ts';

/** Someone who may sign requests. */
export interface Principal {
  readonly arn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One call that reached the front, whatever became of it. */
export interface AwsCall {
  /** The caller's ARN, or `anonymous` when its signature did not tell. */
  readonly principal: string;
  readonly instance?: string;
  /** The operation, for instance `dynamodb:TransactWriteItems`. */
  readonly action: string;
  readonly resources: readonly string[];
  /** What IAM was asked for this call, implied permissions included: `dynamodb:PutItem` inside a transaction. */
  readonly permissions: readonly Permission[];
  readonly outcome: 'ok' | 'denied' | 'fault' | 'error';
  /** For a denied call the missing action and, where a statement nearly matched, the condition that failed. */
  readonly error?: string;
  readonly milliseconds: number;
  readonly capacityUnits?: { readonly read: number; readonly write: number };
}

export interface CloudOptions {
  /** Where keys, secrets and tables survive a restart; absent: nothing survives. */
  readonly stateDirectory?: string;
  readonly region: string;
  readonly account: string;
  readonly clock: VirtualClock;
  readonly faults: FaultPlan;
  readonly onCall?: (call: AwsCall) => void;
  /** A `crash` fault hit this instance after its call took effect: end it as a Lambda crash would. */
  readonly onCrash?: (instance: string) => void;
  /** Another DynamoDB engine to stand behind the front instead of the embedded one. */
  readonly dynamodbEndpoint?: string;
}

export type Authentication =
  | { readonly ok: true; readonly principal: Principal; readonly instance?: string }
  | { readonly ok: false; readonly refusal: string };

export interface Ledger {
  readonly calls: () => readonly AwsCall[];
  readonly reset: () => void;
}

export interface Cloud {
  /** One front for every service; the service is in the SigV4 credential scope. */
  readonly endpoint: string;
  /** May do everything: the provisioner. */
  readonly root: Principal;
  /** May do everything; the same access key after a restart with a state directory. */
  readonly operator: Principal;
  /** The principal of a role; its policies replace those given for the same ARN before. Throws on a policy form that is not understood. */
  readonly principalFor: (arn: string, policies: readonly PolicyDocument[]) => Principal;
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

export function startCloud(options: CloudOptions): Promise<Cloud> {
  return Promise.reject(new Error(`not started: ${options.region}`));
}
