import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { readAssembly } from './assembly/assembly.ts';
import type { AwsCall } from './aws/call.ts';
import { startCloud, type Cloud } from './aws/cloud.ts';
import { createFaultPlan, type FaultPlan } from './aws/faults.ts';
import { type Background, createBackground } from './background.ts';
import { createVirtualClock, type VirtualClock } from './clock.ts';
import { grantedActions, type RoleAction } from './cloudformation/granted-actions.ts';
import type { ProvisionedResource } from './cloudformation/provider.ts';
import { createRoles, type Roles } from './cloudformation/roles.ts';
import type { Template } from './cloudformation/template.ts';
import { createGateway, type GatewayOptions } from './http-api/gateway.ts';
import { createHttpApiBuilder, type HttpApiModel } from './http-api/model.ts';
import { type GatewayServers, type GatewaySockets, startGatewayServers } from './http-api/servers.ts';
import { createFunctionDirectory } from './lambda/directory.ts';
import type { ClocksAhead } from './lambda/function.ts';
import type { HostNames } from './lambda/worker-names.ts';
import { createPermissionUsage } from './permission-usage.ts';
import { provision } from './provision.ts';
import type { Schedules } from './scheduler/schedules.ts';
import { type CertificateAuthority, certificateAuthority } from './tls/authority.ts';
import { lockStateDirectory } from './state-lock.ts';

export interface RunOptions {
  /** What `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** The port of the template's first HTTP API; 0 takes a free one. Further APIs take the tenth port after it, and on. */
  readonly port: number;
  /** Where everything survives a restart; absent: nothing survives. One run at a time may use it. */
  readonly stateDirectory?: string;
  /** Where each function's own log goes; absent: `logs` in the state directory, if there is one. */
  readonly logDirectory?: string;
  readonly faults?: FaultPlan;
  readonly clock?: VirtualClock;
  /** How many instances of one function may run at once; 4 when absent. */
  readonly maxInstances?: number;
  /** Where names of hosts lead for the functions; absent, or of another name: where the machine says. */
  readonly hostNames?: HostNames;
  /** Whose clocks go wrong; those of all others, and of the AWS behind them, do not. */
  readonly clocksAhead?: ClocksAhead;
  /** Another DynamoDB engine than the embedded one. */
  readonly dynamodbEndpoint?: string;
  /** A file that `stop` appends the used permissions to. */
  readonly permissionLedger?: string;
  /** Whether schedules run when somebody says so only (`runSchedules`, `settle`), not as time goes by. */
  readonly schedulesByHand?: boolean;
  readonly log: (line: string) => void;
}

export interface LocalRun {
  /** Origin of the template's first HTTP API. */
  readonly issuer: string;
  /** The authority whose certificates clients show at the domains with mutual TLS: it stands for their truststores. */
  readonly clientAuthority: CertificateAuthority;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly ProvisionedResource[];
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  /** What the template allows the roles of its functions. */
  readonly grantedActions: readonly RoleAction[];
  /** What the functions have needed so far. */
  readonly usedActions: () => readonly RoleAction[];
  /** Runs the schedules that are due on the virtual clock; resolves when they have ended. */
  readonly runSchedules: Schedules['settle'];
  readonly settle: Background['settle'];
  /** The messages in each queue by its ARN: what nobody worked off, or could be delivered to. */
  readonly queued: () => ReadonlyMap<string, readonly string[]>;
  /** What an event bus was told. */
  readonly told: Cloud['told'];
  readonly stop: () => Promise<void>;
}

const region = 'us-east-1';
const account = '000000000000';

/**
 * Runs a synthesized stack on this machine: the AWS services behind it, its resources, its functions and its HTTP API.
 * Resolves when everything answers. Rejects, with nothing left running, when a port is taken (code EADDRINUSE), the
 * template asks for something unknown, or a resource fails.
 */
export async function startRun(options: RunOptions): Promise<LocalRun> {
  const closing: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    return { ...(await start(options, (close) => closing.push(close))), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: RunOptions,
  onStop: (close: () => void | Promise<void>) => void,
): Promise<Omit<LocalRun, 'stop'>> {
  const { stateDirectory, permissionLedger, log, clock = createVirtualClock() } = options;
  const { maxInstances = 4, hostNames = {}, clocksAhead } = options;
  const assembly = readAssembly(options.assemblyDirectory);
  if (stateDirectory !== undefined) onStop(lockStateDirectory(stateDirectory));
  const clientAuthority = localAuthority(stateDirectory);
  const servers = await startGatewayServers(
    { ...socketsOf(assembly.template), port: options.port, tls: mutualTls(clientAuthority) },
    log,
  );
  onStop(servers.stop);
  const functions = createFunctionDirectory();
  const usage = createPermissionUsage((arn) => roles.logicalIdOf(arn));
  const cloud = await startCloud({
    ...(stateDirectory === undefined ? {} : { stateDirectory: join(stateDirectory, 'aws') }),
    ...(options.dynamodbEndpoint === undefined ? {} : { dynamodbEndpoint: options.dynamodbEndpoint }),
    // Clients are registered with the issuer of their AWS account: after a restart it is where it was.
    identityPort: options.port === 0 ? 0 : options.port + 3,
    ...{ region, account, clock, faults: options.faults ?? createFaultPlan() },
    onCall: (call) => {
      usage.record(call);
      if (call.outcome === 'denied') log(denial(call, roles));
    },
    onCrash: functions.crash,
    ...{ functions, log },
  });
  onStop(cloud.stop);
  onStop(functions.stop);
  const roles: Roles = createRoles(cloud.principalFor);
  const background = createBackground({
    ...{ region, clock, cloud, roles, functions, log },
    schedulesByHand: options.schedulesByHand ?? false,
  });
  onStop(background.stop);
  if (permissionLedger !== undefined)
    onStop(() => {
      usage.append(permissionLedger);
    });
  const builder = createHttpApiBuilder();
  const httpApis = { builder, endpointOf: servers.endpointOf, originOf: servers.endpointOf };
  const run = { ...{ assembly, region, account, cloud, clock, roles, functions, httpApis } };
  const things = { background, clocksAhead, logDirectory: logDirectoryOf(options) };
  const stack = await provision({ ...run, ...things, stateDirectory, maxInstances, hostNames, log });
  background.eventSources.start();
  for (const api of builder.build()) {
    serveApi(servers, api, { functions, cloud, region, account, now: clock.now, log });
  }
  return {
    ...{ issuer: servers.first, clientAuthority, cloud, clock, ...stack },
    grantedActions: grantedActions(assembly.template),
    usedActions: usage.used,
    runSchedules: background.schedules.settle,
    settle: background.settle,
    queued: cloud.queues.messages,
    told: cloud.told,
  };
}

function socketsOf({ Resources: resources }: Template): Pick<GatewaySockets, 'apis' | 'domains'> {
  const idsOf = (wanted: string): readonly string[] =>
    Object.entries(resources).flatMap(([id, { Type: type }]) => (type === wanted ? [id] : []));
  return { apis: idsOf('AWS::ApiGatewayV2::Api'), domains: idsOf('AWS::ApiGatewayV2::DomainName') };
}

function serveApi(servers: GatewayServers, api: HttpApiModel, options: Omit<GatewayOptions, 'api'>): void {
  for (const endpoint of [api.endpoint, ...api.domains]) {
    servers.serve(endpoint, createGateway({ ...options, api: { ...api, endpoint } }));
  }
}

function logDirectoryOf({ logDirectory, stateDirectory }: RunOptions): string | undefined {
  return logDirectory ?? (stateDirectory && join(stateDirectory, 'logs'));
}

function localAuthority(stateDirectory: string | undefined): CertificateAuthority {
  return certificateAuthority('Authority of the local run', stateDirectory && join(stateDirectory, 'tls'));
}

/** As API Gateway has it: who shows no certificate of the truststore gets no connection. */
function mutualTls({ certificate: ca, issue }: CertificateAuthority): TlsOptions {
  const server = issue({
    ...{ subject: [[['2.5.4.3', 'localhost']]], usage: 'server' },
    alternativeNames: [
      { kind: 'dns', value: 'localhost' },
      { kind: 'ip', value: '127.0.0.1' },
    ],
  });
  const { certificate: cert, key } = server;
  return { cert, key, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' };
}

/** A missing permission is a defect of the template: it must not drown in the log. */
function denial({ principal, action, resources, error }: AwsCall, roles: Roles): string {
  const role = roles.logicalIdOf(principal) ?? principal;
  const reason = error === undefined ? '' : `\n         ${error}`;
  return `\n!! DENIED ${role} may not ${action} on ${resources.join(', ') || '*'}${reason}\n`;
}
