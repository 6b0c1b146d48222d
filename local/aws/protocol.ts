import { invocationIn } from './lambda.ts';
import { AwsError, type Input, type Reply, unknownOperation } from './service.ts';
import { headerValue, readSignature, type SignedRequest } from './sigv4.ts';
import { queryErrorOf } from './sqs/parameters.ts';
import { readQuery, textOf } from './sts/query.ts';
import { errorDocument } from './sts/xml.ts';

/** A request in terms of its service. */
export interface ServiceRequest {
  readonly prefix: string;
  readonly operation: string;
  readonly input: () => Input;
}

const targets: Readonly<Record<string, string>> = {
  AWSEvents: 'events',
  AmazonSQS: 'sqs',
  AWSCognitoIdentityProviderService: 'cognito-idp',
  DynamoDB_20120810: 'dynamodb',
  TrentService: 'kms',
  secretsmanager: 'secretsmanager',
};

/** Tells the service from the credential scope and the operation from its protocol: JSON, Query for STS, REST for Lambda. */
export function readServiceRequest(request: SignedRequest): ServiceRequest {
  const [target = '', operation = ''] = (headerValue(request.headers, 'x-amz-target') ?? '').split('.');
  const prefix = readSignature(request.headers)?.service ?? targets[target] ?? 'sts';
  if (prefix === 'sts') {
    const form = readQuery(request.body);
    return { prefix, operation: textOf(form, 'Action') ?? '', input: () => form };
  }
  if (prefix === 'lambda') return { prefix, ...invocationIn(request) };
  const known = Object.hasOwn(targets, target) && targets[target] === prefix;
  return { prefix, operation: known ? operation : '', input: () => readJson(request.body) };
}

function readJson(body: Uint8Array): Input {
  try {
    const value: unknown = JSON.parse(body.length === 0 ? '{}' : Buffer.from(body).toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Answered below, as any other body that is not an object.
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object.');
}

/** How a service says that it does not know who calls. */
export function authenticationError(
  prefix: string,
  code: 'missing' | 'unknown' | 'signature',
  message: string,
): AwsError {
  if (prefix === 'sts') {
    const codes = {
      missing: 'MissingAuthenticationToken',
      unknown: 'InvalidClientTokenId',
      signature: 'SignatureDoesNotMatch',
    };
    return new AwsError(codes[code], message, 403);
  }
  const codes = {
    missing: 'MissingAuthenticationTokenException',
    unknown: 'UnrecognizedClientException',
    signature: 'InvalidSignatureException',
  };
  return new AwsError(codes[code], message);
}

export function accessDenied(prefix: string, message: string): AwsError {
  if (prefix === 'sts') return new AwsError('AccessDenied', message, 403);
  return new AwsError('AccessDeniedException', message, prefix === 'lambda' ? 403 : 400);
}

const dynamodbModelled = /^(ProvisionedThroughputExceeded|InternalServer|TableNotFound)/;

/** An error as it goes over the wire of that service. */
export function writeError(prefix: string, error: AwsError, requestId: string): Reply {
  const { code, message, status } = error;
  if (prefix === 'sts') return { status, body: errorDocument(error, requestId) };
  if (prefix === 'sqs') {
    const body = JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message });
    return { status, body, headers: { 'x-amzn-query-error': queryErrorOf(error) } };
  }
  if (prefix !== 'dynamodb') return { status, body: JSON.stringify({ __type: code, message }) };
  const namespace = dynamodbModelled.test(code)
    ? 'com.amazonaws.dynamodb.v20120810'
    : 'com.amazon.coral.service';
  return { status, body: JSON.stringify({ __type: `${namespace}#${code}`, message }) };
}

/** Whatever else a service throws is a defect of the stand-in, and it says so. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new AwsError('InternalFailure', `The local stand-in failed: ${text}`, 500);
}

export function noSuchService(prefix: string): AwsError {
  return prefix === ''
    ? unknownOperation()
    : new AwsError('UnknownServiceException', `There is no local ${prefix}.`);
}
