import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { VestibuleConfig } from '../config/config.ts';
import { Vestibule } from '../vestibule.ts';

export interface VestibuleStackProps extends StackProps {
  readonly config: VestibuleConfig;
}

/** One deployment as a stack of its own, with the outputs that its users need. */
export class VestibuleStack extends Stack {
  readonly vestibule: Vestibule;

  constructor(scope: Construct, id: string, { config, ...props }: VestibuleStackProps) {
    super(scope, id, {
      description: 'Vestibule: the authentication experience layer for AI agents',
      ...props,
    });
    this.vestibule = new Vestibule(this, 'Vestibule', config);
    const { issuer, discoveryUrl, jwksUri, tokenEndpoint } = this.vestibule;
    new CfnOutput(this, 'IssuerUrl', { value: issuer, description: 'iss of every token' });
    new CfnOutput(this, 'DiscoveryUrl', { value: discoveryUrl, description: 'for custom JWT authorizers' });
    new CfnOutput(this, 'JwksUri', { value: jwksUri, description: 'the public keys' });
    new CfnOutput(this, 'TokenEndpoint', { value: tokenEndpoint, description: 'where agents get tokens' });
    if (this.vestibule.edge === undefined) return;
    const { apiEndpoint: value } = this.vestibule.frontDoor.api;
    new CfnOutput(this, 'AdminEndpoint', {
      value,
      description: 'where operators sign requests for, past the edge',
    });
  }
}
