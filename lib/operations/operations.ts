import { Construct } from 'constructs';
import type { VestibuleConfig } from '../config/config.ts';
import { signingOf } from '../config/signing.ts';
import { Alarms } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { LogMetrics } from './log-metrics.ts';
import type { Observed } from './observed.ts';

export interface OperationsProps {
  readonly config: VestibuleConfig;
  readonly observed: Observed;
}

/** How operators see a deployment: metrics of its logs, alarms, and one dashboard. */
export class Operations extends Construct {
  readonly alarms: Alarms;
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { config, observed }: OperationsProps) {
    super(scope, id);
    const metrics = new LogMetrics(this, 'LogMetrics', observed);
    this.alarms = new Alarms(this, 'Alarms', { config: config.alarms ?? {}, observed, metrics });
    this.dashboard = new Dashboard(this, 'Dashboard', {
      ...{ observed, metrics, signing: signingOf(config).mode },
    });
  }
}

/** A dev deployment is watched where its config says so: alarms and a dashboard cost more than it does. */
export function isWatched({ profile = 'production', alarms }: VestibuleConfig): boolean {
  return profile === 'production' || alarms !== undefined;
}
