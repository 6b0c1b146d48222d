/** A response ready for the socket. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

interface FunctionResponse {
  readonly statusCode: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly cookies?: readonly unknown[] | null;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/** API Gateway's own answer. */
export function gatewayMessage(status: number, message: string): GatewayResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/** Headers that belong to the connection, which is API Gateway's. */
const connectionHeaders = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What payload format 2.0 makes of a function's result: an object with `statusCode` is a response, anything else is
 * the JSON body of a 200. Undefined for a result that API Gateway answers with 500.
 */
export function toResponse(payload: string): GatewayResponse | undefined {
  const result: unknown = JSON.parse(payload);
  if (!isFunctionResponse(result)) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(payload) };
  }
  const status = Number(result.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const body = result.body ?? '';
  if (typeof body !== 'string') return undefined;
  const cookies = (result.cookies ?? []).map(String);
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...lowerCaseHeaders(result.headers ?? {}),
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
    },
    body: Buffer.from(body, result.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function lowerCaseHeaders(headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
      .filter(([name]) => !connectionHeaders.has(name)),
  );
}

function isFunctionResponse(result: unknown): result is FunctionResponse {
  return typeof result === 'object' && result !== null && 'statusCode' in result;
}
