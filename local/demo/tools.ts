/** Who calls a tool: what the verified token says of it. */
export interface Caller {
  readonly clientId: string;
  readonly agentId: string | undefined;
  /** The person in whose name the client calls; undefined where it calls in its own. */
  readonly personId: string | undefined;
}

export interface DemoTool {
  readonly name: string;
  readonly description: string;
  /** Needed on top of what the endpoint asks of every request. */
  readonly scope: string;
  readonly inputSchema: { readonly type: 'object'; readonly properties?: Readonly<Record<string, object>> };
  readonly run: (input: Readonly<Record<string, unknown>>, caller: Caller) => string;
}

/** One protected MCP endpoint of the demo server: a resource of the registry. */
export interface DemoEndpoint {
  readonly path: string;
  readonly name: string;
  /** What every request needs, initialization included. */
  readonly scope: string;
  readonly tools: readonly DemoTool[];
}

const order = { type: 'object', properties: { order: { type: 'string' } } } as const;
const question = { type: 'object', properties: { question: { type: 'string' } } } as const;

/** The MCP server that the example configuration registers as `demo`. */
const orders: DemoEndpoint = {
  path: '/mcp',
  name: 'orders',
  scope: 'tools:read',
  tools: [
    {
      name: 'list_orders',
      description: 'Lists the open orders',
      scope: 'tools:read',
      inputSchema: { type: 'object' },
      run: (_, caller) => `2 open orders: A-17, B-4 (asked by ${nameOf(caller)})`,
    },
    {
      name: 'cancel_order',
      description: 'Cancels an order',
      scope: 'tools:write',
      inputSchema: order,
      run: (input, caller) => `${textOf(input['order'])} is cancelled (asked by ${nameOf(caller)})`,
    },
  ],
};

/** An agent that others call, registered as `analyst-agent`: agents are protected exactly as MCP servers are. */
const analyst: DemoEndpoint = {
  path: '/agents/analyst',
  name: 'analyst',
  scope: 'ask',
  tools: [
    {
      name: 'ask',
      description: 'Asks the analyst',
      scope: 'ask',
      inputSchema: question,
      run: (input, caller) => `${nameOf(caller)} asked: ${textOf(input['question'])}. The answer is 42.`,
    },
  ],
};

/** The agent that people call, registered as `planner-agent`. */
const planner: DemoEndpoint = {
  path: '/agents/planner',
  name: 'planner',
  scope: 'plan',
  tools: [
    {
      name: 'plan',
      description: 'Has the planner plan',
      scope: 'plan',
      inputSchema: question,
      run: (input, caller) => `${nameOf(caller)} asked: ${textOf(input['question'])}. First ask the analyst.`,
    },
  ],
};

export const demoEndpoints: readonly DemoEndpoint[] = [orders, planner, analyst];

/** `planner`, or `person.Zb3k… through claude`: a person first, and what they use. */
function nameOf({ clientId, agentId, personId }: Caller): string {
  const program = agentId ?? clientId;
  return personId === undefined ? program : `${personId} through ${program}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'nothing';
}
