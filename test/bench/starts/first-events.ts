import type { Market } from '../throughput/message.ts';

/** By function: the event of a first request that succeeds. The others are only loaded. */
export function firstEvents({ clientId, clientSecret, form }: Market): Readonly<Record<string, object>> {
  const credentials = Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString('base64');
  return {
    token: event('POST', '/token', {
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: Buffer.from(new URLSearchParams(form).toString()).toString('base64'),
      isBase64Encoded: true,
    }),
    discovery: event('GET', '/.well-known/jwks.json'),
    admin: event(
      'GET',
      '/admin/agents',
      {},
      { userArn: 'arn:aws:iam::000000000000:user/operator', accountId: '000000000000' },
    ),
  };
}

function event(method: string, path: string, request: object = {}, iam?: object): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    requestContext: {
      http: { method, path, sourceIp: '127.0.0.1' },
      requestId: 'bench',
      ...(iam && { authorizer: { iam } }),
    },
    isBase64Encoded: false,
    ...request,
  };
}
