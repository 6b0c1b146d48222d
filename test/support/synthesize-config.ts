import { App } from 'aws-cdk-lib';
import type { VestibuleConfig } from '../../lib/index.ts';
import { VestibuleStack } from '../../lib/stacks/vestibule-stack.ts';

/** The CDK app of a test: its config comes as context. */
const app = new App();
const config = app.node.getContext('test:config') as VestibuleConfig;
new VestibuleStack(app, 'Vestibule', { config, analyticsReporting: false });
app.synth();
