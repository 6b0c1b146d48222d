import { App } from 'aws-cdk-lib';
import { SampleStack } from '../infrastructure/sample-app.ts';

/** The sample app on its own, to be run on this machine. */
const app = new App();
new SampleStack(app, 'Sample');
app.synth();
