import type { VestibuleConfig } from '../../lib/index.ts';
import type { Principal } from '../../local/aws/call.ts';
import { createFaultPlan } from '../../local/aws/faults.ts';
import { clientSecretOf } from '../../local/demo/client-secret-of.ts';
import type { VirtualClock } from '../../local/clock.ts';
import type { ClocksAhead } from '../../local/lambda/function.ts';
import type { HostNames } from '../../local/lambda/worker-names.ts';
import { startRun, type LocalRun } from '../../local/run.ts';
import { config as exampleConfig } from '../../vestibule.config.ts';
import { assemblyOf, type TestApp } from './assembly-cache.ts';

export interface TestDeploymentOptions {
  /** The example deployment when absent. */
  readonly config?: VestibuleConfig;
  /** The app of a customer in place of a deployment of its own. */
  readonly app?: TestApp;
  /** In the grammar of VESTIBULE_FAULTS; more can be added to `run.cloud.faults` later. */
  readonly faults?: string;
  /** Where names of hosts lead for the functions. */
  readonly hostNames?: HostNames;
  /** Whose clocks go wrong. */
  readonly clocksAhead?: ClocksAhead;
  /** The time of another deployment, where this one comes after it; one of its own when absent. */
  readonly clock?: VirtualClock;
  /** Keeps the state there; absent: nothing is kept. */
  readonly stateDirectory?: string;
  /** The issuer's port; a free one when absent. */
  readonly port?: number;
}

export interface TestDeployment {
  readonly issuer: string;
  readonly run: LocalRun;
  /** May do everything, on the admin routes too. */
  readonly operator: Principal;
  /** Every line the run has logged, those of the functions included. */
  readonly log: readonly string[];
  /** The client secret that the deployment made for a client of its config. */
  readonly secretOf: (clientId: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Runs the synthesized app whole, on free ports. */
export async function startDeployment(options: TestDeploymentOptions = {}): Promise<TestDeployment> {
  const { config = exampleConfig, app = { config }, faults, stateDirectory, port = 0 } = options;
  const { hostNames, clocksAhead, clock } = options;
  const permissionLedger = process.env['VESTIBULE_PERMISSION_LEDGER'];
  const log: string[] = [];
  const run = await startRun({
    assemblyDirectory: await assemblyOf(app),
    port,
    ...(stateDirectory === undefined ? {} : { stateDirectory }),
    ...(hostNames === undefined ? {} : { hostNames }),
    ...(clocksAhead === undefined ? {} : { clocksAhead }),
    ...(clock === undefined ? {} : { clock }),
    ...(permissionLedger === undefined ? {} : { permissionLedger }),
    faults: createFaultPlan(faults),
    // Whoever moves the clock says what happens then.
    schedulesByHand: true,
    log: (line) => log.push(line),
  });
  const { operator } = run.cloud;
  return {
    ...{ issuer: run.outputs['IssuerUrl'] ?? run.issuer, run, operator, log },
    secretOf: (clientId) => clientSecretOf(run, clientId),
    stop: () => run.stop(),
  };
}
