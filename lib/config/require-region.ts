import { Token } from 'aws-cdk-lib';
import { InvalidConfig } from './check-config.ts';
import type { VestibuleConfig } from './config.ts';
import { type Problem, show } from './problem.ts';
import { edgeRegion, regionOf } from './regions.ts';

/** Throws `InvalidConfig` for what could not be deployed to the Region of the stack, where that is known at synth. */
export function requireFittingRegion(config: VestibuleConfig, stackRegion: string): void {
  const problems = regionProblems(config, stackRegion);
  if (problems.length > 0) throw new InvalidConfig(problems);
}

function regionProblems(config: VestibuleConfig, stackRegion: string): readonly Problem[] {
  if (Token.isUnresolved(stackRegion)) return [];
  const { mutualTls } = config;
  return [
    ...ofIssuer(config, stackRegion),
    ...(mutualTls ? ofCertificate('mutualTls.certificateArn', mutualTls.certificateArn, stackRegion) : []),
  ];
}

function ofIssuer({ issuer, edge }: VestibuleConfig, stackRegion: string): readonly Problem[] {
  if (edge !== undefined) {
    if (edge.webAclArn !== undefined || stackRegion === edgeRegion) return [];
    const text = `is missing in a stack of ${show(stackRegion)}; make an EdgeWebAcl in a stack of ${edgeRegion} and write its ARN`;
    return [{ path: 'edge.webAclArn', text }];
  }
  return issuer ? ofCertificate('issuer.certificateArn', issuer.certificateArn, stackRegion) : [];
}

function ofCertificate(path: string, arn: string, stackRegion: string): readonly Problem[] {
  const region = regionOf(arn);
  if (region === undefined || region === stackRegion) return [];
  const text = `${show(arn)} is of ${region}; the stack and its API are in ${stackRegion}: name a certificate of there`;
  return [{ path, text }];
}
