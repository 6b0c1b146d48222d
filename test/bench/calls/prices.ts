interface Price {
  readonly what: string;
  readonly dollars: number;
  /** What that buys. */
  readonly per: string;
  readonly units: number;
  readonly source: string;
}

/** On demand prices of us-east-1, first tier, without free tiers. */
export const prices = {
  httpApiRequest: price('HTTP API request', 1, 'million', 1e6, 'https://aws.amazon.com/api-gateway/pricing/'),
  lambdaRequest: price('Lambda request', 0.2, 'million', 1e6, 'https://aws.amazon.com/lambda/pricing/'),
  lambdaGigabyteSecond: price(
    'Lambda on arm64',
    0.0000133334,
    'GB-second',
    1,
    'https://aws.amazon.com/lambda/pricing/',
  ),
  readUnit: price(
    'DynamoDB read unit (4 kB, strongly consistent)',
    0.125,
    'million',
    1e6,
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  ),
  writeUnit: price(
    'DynamoDB write unit (1 kB)',
    0.625,
    'million',
    1e6,
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  ),
  kmsRequest: price(
    'KMS request, symmetric or RSA_2048',
    0.03,
    '10,000',
    1e4,
    'https://aws.amazon.com/kms/pricing/',
  ),
  kmsKeyMonth: price('KMS key', 1, 'month', 1, 'https://aws.amazon.com/kms/pricing/'),
  secretMonth: price(
    'Secrets Manager secret',
    0.4,
    'month',
    1,
    'https://aws.amazon.com/secrets-manager/pricing/',
  ),
  logGigabyte: price(
    'CloudWatch Logs, taken in',
    0.5,
    'GB',
    1e9,
    'https://aws.amazon.com/cloudwatch/pricing/',
  ),
  queueRequest: price('SQS request', 0.4, 'million', 1e6, 'https://aws.amazon.com/sqs/pricing/'),
  cognitoToken: price(
    'Amazon Cognito, machine-to-machine token request',
    2_250,
    'million',
    1e6,
    'https://aws.amazon.com/cognito/pricing/',
  ),
} as const;

function price(what: string, dollars: number, per: string, units: number, source: string): Price {
  return { what, dollars, per, units, source };
}

export function dollarsFor({ dollars, units }: Price, amount: number): number {
  return (amount / units) * dollars;
}
