import { App } from 'aws-cdk-lib';
import { ProtectedApisStack } from '../infrastructure/protected-apis.ts';

/** The stack of a customer who has HTTP APIs, to be run on this machine. */
const app = new App();
new ProtectedApisStack(app, 'Shop', { profile: 'dev' });
app.synth();
