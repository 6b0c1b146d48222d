/** Who calls a tool: what the verified token says of it. */
export interface Caller {
  readonly clientId: string;
  readonly agentId: string | undefined;
  /** The person in whose name the client calls; undefined where it calls in its own. */
  readonly personId: string | undefined;
  /** Who has acted for the person until now, the first to act first; empty where their own client calls. */
  readonly via: readonly string[];
  /** Calls a tool of another endpoint in the name of this person, where an agent answers that may. */
  readonly elsewhere?: (path: string, tool: string, input?: Record<string, unknown>) => Promise<string>;
}

type DemoInput = Readonly<Record<string, unknown>>;

export interface DemoTool {
  readonly name: string;
  readonly description: string;
  /** Needed on top of what the endpoint asks of every request. */
  readonly scope: string;
  readonly inputSchema: { readonly type: 'object'; readonly properties?: Readonly<Record<string, object>> };
  readonly run: (input: DemoInput, caller: Caller) => string | Promise<string>;
}

/** One protected MCP endpoint of the demo server: a resource of the registry. */
export interface DemoEndpoint {
  readonly path: string;
  readonly name: string;
  /** What every request needs, initialization included. */
  readonly scope: string;
  /** The id of the agent that answers here. */
  readonly agent?: string;
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

/** In a person's name the analyst looks at the orders. */
async function analyse(input: DemoInput, caller: Caller): Promise<string> {
  const answer = `${nameOf(caller)} asked: ${textOf(input['question'])}. The answer is 42.`;
  const found = await caller.elsewhere?.('/mcp', 'list_orders');
  return found === undefined ? answer : `${answer} There are ${found}`;
}

/** An agent that others call, registered as `analyst-agent`: agents are protected exactly as MCP servers are. */
const analyst: DemoEndpoint = {
  path: '/agents/analyst',
  name: 'analyst',
  agent: 'analyst',
  scope: 'ask',
  tools: [
    {
      name: 'ask',
      description: 'Asks the analyst',
      scope: 'ask',
      inputSchema: question,
      run: analyse,
    },
  ],
};

/** In a person's name the planner asks the analyst. */
async function plan(input: DemoInput, caller: Caller): Promise<string> {
  const { question } = input;
  const asked = `${nameOf(caller)} asked: ${textOf(question)}.`;
  const said = await caller.elsewhere?.('/agents/analyst', 'ask', { question });
  return said === undefined ? `${asked} First ask the analyst.` : `${asked} The analyst: ${said}`;
}

/** The agent that people call, registered as `planner-agent`. */
const planner: DemoEndpoint = {
  path: '/agents/planner',
  name: 'planner',
  agent: 'planner',
  scope: 'plan',
  tools: [
    {
      name: 'plan',
      description: 'Has the planner plan',
      scope: 'plan',
      inputSchema: question,
      run: plan,
    },
  ],
};

export const demoEndpoints: readonly DemoEndpoint[] = [orders, planner, analyst];

/** `planner`, `person.Zb3k… through claude`, or `person.Zb3k…, via planner, via analyst`: a person first, and who acts for them. */
function nameOf({ clientId, agentId, personId, via }: Caller): string {
  const program = agentId ?? clientId;
  if (personId !== undefined && via.length > 0) return [personId, ...via].join(', via ');
  return personId === undefined ? program : `${personId} through ${program}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'nothing';
}
