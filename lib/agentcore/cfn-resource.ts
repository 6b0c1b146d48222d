import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The CloudFormation resource of a construct, or the construct itself where it is one. */
export function cfnResourceOf<Resource extends CfnResource>(
  construct: IConstruct,
  type: abstract new (...args: never) => Resource,
): Resource {
  if (construct instanceof type) return construct;
  const { defaultChild } = construct.node;
  if (defaultChild instanceof type) return defaultChild;
  throw new TypeError(`${construct.node.path} makes no ${type.name} in this app; hand in what does`);
}
