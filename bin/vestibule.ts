import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { InvalidConfig } from '../lib/index.ts';
import { VestibuleStack } from '../lib/stacks/vestibule-stack.ts';
import { config } from '../vestibule.config.ts';

try {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new VestibuleStack(app, 'Vestibule', { config, analyticsReporting: false });
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidConfig)) throw error;
  console.error(`vestibule.config.ts: ${error.message}`);
  process.exitCode = 1;
}
