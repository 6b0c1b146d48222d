import type { Outcome } from '../lambda/instance.ts';
import { AwsError, type Input, type Reply, type Service, unknownOperation } from './service.ts';
import { headerValue, type SignedRequest } from './sigv4.ts';

/** The functions of a run, by ARN or by name. */
export interface InvocableFunctions {
  readonly find: (identifier: string) => InvocableFunction | undefined;
  /** Whether a function's own policy lets a service invoke it for one of its resources. */
  readonly mayInvoke: (functionArn: string, service: string, sourceArn: string) => boolean;
}

interface InvocableFunction {
  readonly definition: { readonly arn: string };
  readonly invoke: (event: unknown, requestId?: string) => Promise<Outcome>;
}

export interface LambdaOptions {
  readonly region: string;
  readonly account: string;
  readonly functions: Pick<InvocableFunctions, 'find'>;
}

/** Lambda, as far as one function invokes another: `Invoke`, waiting for the answer. Its protocol is REST. */
export function createLambda({ region, account, functions }: LambdaOptions): Service {
  const arnOf = (identifier: string): string =>
    functions.find(identifier)?.definition.arn ??
    (identifier.startsWith('arn:')
      ? identifier
      : `arn:aws:lambda:${region}:${account}:function:${identifier}`);
  return {
    prefix: 'lambda',
    throttled: new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429),
    unavailable: new AwsError('ServiceException', 'The service encountered an internal error.', 500),
    requirements: (operation, input) => {
      if (operation !== 'Invoke') throw unknownOperation();
      return Promise.resolve([{ action: 'lambda:InvokeFunction', resource: arnOf(identifierIn(input)) }]);
    },
    handle: async (_operation, input) => {
      const found = functions.find(identifierIn(input));
      if (found === undefined) {
        throw new AwsError(
          'ResourceNotFoundException',
          `Function not found: ${arnOf(identifierIn(input))}`,
          404,
        );
      }
      return replyTo(await found.invoke(input['Payload']));
    },
  };
}

/** `POST /2015-03-31/functions/{name or ARN}/invocations`. */
export function invocationIn(request: SignedRequest): {
  readonly operation: string;
  readonly input: () => Input;
} {
  const [, identifier] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.path) ?? [];
  const type = headerValue(request.headers, 'x-amz-invocation-type') ?? 'RequestResponse';
  if (request.method !== 'POST' || identifier === undefined || type !== 'RequestResponse') {
    return { operation: '', input: () => ({}) };
  }
  return {
    operation: 'Invoke',
    input: () => ({ FunctionName: decodeURIComponent(identifier), Payload: payloadIn(request.body) }),
  };
}

function payloadIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(body.length === 0 ? '{}' : Buffer.from(body).toString()) as unknown;
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.');
  }
}

function identifierIn({ FunctionName: name }: Input): string {
  return typeof name === 'string' ? name : '';
}

/** A function that failed is a 200 all the same: the header says so, and the body holds the error. */
function replyTo(outcome: Outcome): Reply {
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  if (outcome.kind === 'returned') return { status: 200, headers, body: outcome.payload };
  return {
    status: 200,
    headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
    body: JSON.stringify(outcome.error),
  };
}
