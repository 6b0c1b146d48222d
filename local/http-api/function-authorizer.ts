import type { FunctionDirectory } from '../lambda/directory.ts';
import { refused, type Admission } from './authorization.ts';
import type { AuthorizerDefinition } from './model.ts';

export interface FunctionAuthorizerCall {
  readonly authorizer: Extract<AuthorizerDefinition, { readonly kind: 'function' }>;
  /** Of the API, as IAM names it: `…:<api>/authorizers/<id>` must be permitted to invoke the function. */
  readonly authorizerArn: string;
  readonly routeArn: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The event that the route's function would get. */
  readonly event: object;
}

/**
 * A Lambda authorizer with simple responses. Without its identity source the function is not asked: 401. Denied: 403.
 * An HTTP API has no gateway responses, so neither answer can carry a challenge.
 */
export async function askFunction(
  functions: FunctionDirectory,
  { authorizer, authorizerArn, routeArn, headers, event }: FunctionAuthorizerCall,
): Promise<Admission> {
  const { functionArn, identityHeaders } = authorizer;
  const identitySource = identityHeaders.map((name) => headers[name] ?? '');
  if (identitySource.includes('')) return refused(401, 'the identity source of the authorizer is missing');
  const lambda = functions.find(functionArn);
  if (lambda === undefined || !functions.mayInvoke(functionArn, 'apigateway.amazonaws.com', authorizerArn)) {
    return refused(500, `no AWS::Lambda::Permission lets ${authorizerArn} invoke ${functionArn}`);
  }
  const outcome = await lambda.invoke({ ...withoutBody(event), type: 'REQUEST', routeArn, identitySource });
  if (outcome.kind !== 'returned') return refused(500, `the authorizer ${outcome.kind}`);
  const answer: unknown = JSON.parse(outcome.payload);
  if (!isSimpleResponse(answer)) return refused(500, 'the authorizer answered no isAuthorized');
  if (!answer.isAuthorized) return refused(403, 'the authorizer denied');
  return { kind: 'authorized', authorizer: { lambda: answer.context ?? null } };
}

/** The authorizer of an HTTP API never sees the body. */
function withoutBody(event: object): object {
  return Object.fromEntries(
    Object.entries(event).filter(([name]) => name !== 'body' && name !== 'isBase64Encoded'),
  );
}

function isSimpleResponse(
  answer: unknown,
): answer is { readonly isAuthorized: boolean; readonly context?: unknown } {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'isAuthorized' in answer &&
    typeof answer.isAuthorized === 'boolean'
  );
}
