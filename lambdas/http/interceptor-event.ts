/** How AgentCore Gateway writes requests and answers: for MCP targets as JSON, for HTTP targets in base64. */
export type InterceptorKind = 'mcp' | 'http';

/** What is used of a request that AgentCore Gateway shows its interceptor. */
export interface InterceptedRequest {
  readonly kind: InterceptorKind;
  /** Without its query. */
  readonly path: string;
  readonly query: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it came. */
  readonly body: unknown;
}

/** Who calls, as far as AgentCore says so beside the event. */
export interface InterceptedCall {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly gatewayArn?: string;
}

export interface InterceptorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

type Members = Readonly<Record<string, unknown>>;

/** `undefined` for anything that is not a request of exactly one kind. Never throws. */
export function readIntercepted(event: unknown): InterceptedRequest | undefined {
  const kinds = (['mcp', 'http'] as const).filter((kind) => isMembers(membersOf(event)[kind]));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return undefined;
  const request = membersOf(membersOf(event)[kind])['gatewayRequest'];
  if (!isMembers(request) || !hasPlainAuthorization(request['headers'])) return undefined;
  const { path, httpMethod, method, headers, body } = request;
  const [bare = '', query = ''] = textOf(path).split('?', 2);
  return {
    ...{ kind, path: bare, query, method: textOf(httpMethod) || textOf(method), body },
    headers: Object.fromEntries(
      Object.entries(membersOf(headers)).filter((entry): entry is [string, string] => isText(entry[1])),
    ),
  };
}

/** The form in which to answer an event that could not be read. */
export function kindOf(event: unknown): InterceptorKind {
  return 'http' in membersOf(event) ? 'http' : 'mcp';
}

export function readCall(context: unknown): InterceptedCall {
  const { awsRequestId, clientContext } = membersOf(context);
  const said = membersOf(clientContext);
  const find = (name: string): string =>
    [said, membersOf(said['custom']), membersOf(said['Custom'])]
      .map((place) => textOf(place[name]))
      .find(Boolean) ?? '';
  const gatewayArn = find('GATEWAY_ARN');
  return {
    requestId: find('REQUEST_ID') || textOf(awsRequestId),
    sourceAddress: find('SOURCE_IP'),
    ...(gatewayArn !== '' && { gatewayArn }),
  };
}

/** Lets the request go on to its target. Only the body is said again: a header that is said is sent to the target. */
export function passed({ kind, body }: InterceptedRequest): Members {
  const transformedGatewayRequest = body === undefined ? {} : { body };
  return { interceptorOutputVersion: '1.0', [kind]: { transformedGatewayRequest } };
}

/** Answers in the target's place. */
export function answered(kind: InterceptorKind, { status, headers, body }: InterceptorAnswer): Members {
  const response =
    kind === 'mcp'
      ? { statusCode: status, headers, body }
      : {
          ...{ statusCode: status, headers, contentType: 'application/json' },
          body: Buffer.from(JSON.stringify(body)).toString('base64'),
        };
  return { interceptorOutputVersion: '1.0', [kind]: { transformedGatewayResponse: response } };
}

/** The id of a JSON-RPC request, which its answer bears; of anything else `null`. */
export function jsonRpcId(body: unknown): string | number | null {
  const { id } = membersOf(body);
  return isText(id) || typeof id === 'number' ? id : null;
}

/** An Authorization header that is no text is not one that we would know how to judge. */
function hasPlainAuthorization(headers: unknown): boolean {
  return Object.entries(membersOf(headers)).every(
    ([name, value]) => name.toLowerCase() !== 'authorization' || isText(value),
  );
}

function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return isText(value) ? value : '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
