import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import type { FunctionName } from '../constructs/function-environments.ts';

export interface ObservedFunction {
  readonly name: FunctionName;
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
  readonly memoryMegabytes: number;
}

/** What there is to watch in a deployment. */
export interface Observed {
  readonly api: HttpApi;
  readonly tables: readonly TableV2[];
  readonly functions: readonly ObservedFunction[];
  /** Where messages end that nobody could handle. */
  readonly deadLetters: readonly Queue[];
}

/** Whether agents open tasks here. */
export function hasTaskWork({ functions }: Pick<Observed, 'functions'>): boolean {
  return functions.some(({ name }) => name === 'sweep');
}

/** Finds every function and every queue below a construct, so that a new one is watched without being named. */
export function observedIn(
  deployment: IConstruct,
  { api, tables }: Pick<Observed, 'api' | 'tables'>,
): Observed {
  const parts = deployment.node.findAll();
  return {
    api,
    tables,
    functions: parts.filter((part) => part instanceof EndpointFunction),
    // One that has a queue for dead letters is for work.
    deadLetters: parts
      .filter((part) => part instanceof Queue)
      .filter(({ deadLetterQueue }) => deadLetterQueue === undefined),
  };
}
