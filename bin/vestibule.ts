import { App, Validations } from 'aws-cdk-lib';
import { VALIDATE_AGAINST_DEFAULT_RULES } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { InvalidConfig } from '../lib/index.ts';
import { VestibuleStack } from '../lib/stacks/vestibule-stack.ts';
import { config } from '../vestibule.config.ts';

try {
  // A property that CloudFormation does not know fails the synth, not the deployment.
  const app = new App({ context: { [VALIDATE_AGAINST_DEFAULT_RULES]: true } });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new VestibuleStack(app, 'Vestibule', { config, analyticsReporting: false });
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidConfig)) throw error;
  console.error(`vestibule.config.ts is not sound:\n${error.message.replace(/^/gm, '  ')}`);
  process.exitCode = 1;
}
