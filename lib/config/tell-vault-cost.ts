import { Annotations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { VestibuleConfig } from './config.ts';

/** Secrets of a connection: what calls bear, and what that is renewed by. */
const secretsOfConnection = 2;
/** https://aws.amazon.com/secrets-manager/pricing/: dollars, a secret and month. */
const dollars = 0.4;

/** Says at synth what it costs to keep connected accounts in secrets. */
export function tellVaultCost({ egress }: VestibuleConfig, deployment: IConstruct): void {
  if (egress?.vault !== 'secrets-manager') return;
  const each = (dollars * secretsOfConnection).toFixed(2);
  const many = Math.round(dollars * secretsOfConnection * 10_000).toLocaleString('en-US');
  Annotations.of(deployment).addWarningV2(
    'vestibule:egress-vault-cost',
    `egress.vault 'secrets-manager' costs $${each} a connected account and month, which is $${many} for 10,000 accounts; 'dynamodb' keeps them sealed by the same key for next to nothing`,
  );
}
