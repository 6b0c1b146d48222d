import type { LambdaFunction } from './function.ts';

/** One statement of a function's resource policy (`AWS::Lambda::Permission`). */
export interface InvokePermission {
  readonly functionArn: string;
  readonly principal: string;
  /** May hold `*` and `?`; absent: any source. */
  readonly sourceArn?: string;
}

/** The functions of a run and who may invoke them. */
export interface FunctionDirectory {
  readonly add: (lambda: LambdaFunction) => void;
  readonly permit: (permission: InvokePermission) => void;
  /** By ARN or by name. */
  readonly find: (identifier: string) => LambdaFunction | undefined;
  readonly mayInvoke: (functionArn: string, principal: string, sourceArn: string) => boolean;
  readonly crash: (instance: string) => void;
  readonly stop: () => Promise<void>;
}

export function createFunctionDirectory(): FunctionDirectory {
  const functions = new Map<string, LambdaFunction>();
  const permissions: InvokePermission[] = [];
  return {
    add: (lambda) => {
      functions.set(lambda.definition.name, lambda);
    },
    permit: (permission) => {
      permissions.push(permission);
    },
    find: (identifier) => functions.get(functionName(identifier)),
    mayInvoke: (functionArn, principal, sourceArn) =>
      permissions.some(
        (permission) =>
          functionName(permission.functionArn) === functionName(functionArn) &&
          permission.principal === principal &&
          matchesPattern(permission.sourceArn ?? '*', sourceArn),
      ),
    crash: (instance) => {
      for (const lambda of functions.values()) lambda.crash(instance);
    },
    stop: async () => {
      await Promise.all([...functions.values()].map((lambda) => lambda.stop()));
    },
  };
}

function functionName(identifier: string): string {
  return /:function:([^:/]+)/.exec(identifier)?.[1] ?? identifier;
}

function matchesPattern(pattern: string, text: string): boolean {
  const expression = pattern
    .split(/([*?])/)
    .map((part) => (part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${expression}$`, 's').test(text);
}
