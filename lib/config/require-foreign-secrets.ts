import { Stack } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { InvalidConfig } from './check-config.ts';
import type { VestibuleConfig } from './config.ts';
import { madeSecretProblems } from './task-secrets.ts';

/** Throws `InvalidConfig` where tokens of tasks may go into a secret that the deployment has made for something else. */
export function requireForeignSecrets(config: VestibuleConfig, deployment: IConstruct): void {
  const made = deployment.node.findAll().filter((each) => CfnSecret.isCfnSecret(each));
  const ids = made.map((each) => Stack.of(each).getLogicalId(each));
  const problems = madeSecretProblems(config, ids);
  if (problems.length > 0) throw new InvalidConfig(problems);
}
