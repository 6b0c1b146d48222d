import { Construct } from 'constructs';
import type { VestibuleConfig } from '../config/config.ts';
import type { ClientSecret } from '../constructs/client-secret.ts';
import { signingOf } from '../config/signing.ts';
import type { DeploymentParts } from '../serving/deployment-parts.ts';
import { Alarms } from './alarms.ts';
import { Canary } from './canary.ts';
import { Dashboard } from './dashboard.ts';
import { LogMetrics } from './log-metrics.ts';
import { type Observed, observedIn } from './observed.ts';

export interface OperationsProps {
  readonly config: VestibuleConfig;
  readonly observed: Observed;
  readonly issuer: string;
  /** Of the canary, where the config has one. */
  readonly canarySecret?: ClientSecret;
}

/** How operators see a deployment: metrics of its logs, alarms, and one dashboard. */
class Operations extends Construct {
  readonly alarms: Alarms;
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { config, observed, issuer, canarySecret } = props;
    const metrics = new LogMetrics(this, 'LogMetrics', observed);
    this.alarms = new Alarms(this, 'Alarms', {
      ...{ config: config.alarms ?? {}, observed, metrics },
      keyRotationDays: config.keyRotationDays ?? 90,
    });
    this.dashboard = new Dashboard(this, 'Dashboard', {
      ...{ observed, metrics, signing: signingOf(config).mode },
    });
    if (canarySecret === undefined) return;
    const canary = new Canary(this, 'Canary', { issuer, secret: canarySecret });
    this.alarms.watchCanary(canary);
  }
}

/** A dev deployment is watched where its config says so: alarms and a dashboard cost more than it does. */
export function isWatched({ profile = 'production', alarms, canary }: VestibuleConfig): boolean {
  return profile === 'production' || alarms !== undefined || canary === true;
}

/**
 * Watches every function, queue and table that the deployment has by now. `canarySecret` is that of the canary's client,
 * where the config has one.
 */
export function watch(
  { scope, config, issuer, frontDoor, registry, grants }: DeploymentParts,
  canarySecret: ClientSecret | undefined,
): void {
  const observed = observedIn(scope, { api: frontDoor.api, tables: [registry.table, grants.table] });
  new Operations(scope, 'Operations', {
    ...{ config, observed, issuer },
    ...(config.canary === true && canarySecret && { canarySecret }),
  });
}
