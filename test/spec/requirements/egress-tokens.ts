import { must } from '../requirement.ts';

/** Tokens for the proxy to third parties. */
export const egressTokens = {
  'rfc9396:9.1:egress-detail': must(
    ['RFC 9396 §2', 'RFC 9396 §9.1', 'RFC 9396 §9.2'],
    'says in authorization_details of a token for the proxy, and of its introspection, by whose account it allows which requests, and takes no token for one whose details it cannot read to the last member',
  ),
  'rfc9396:7:told-details': must(
    'RFC 9396 §7',
    'tells whoever gets a token for the proxy in the answer which requests it allows',
  ),
  'vestibule:egress-token': must(
    'Vestibule',
    'gives an agent a token for a third party for five minutes at most: in the name of a person by an exchange, for the account of that person; for itself, for the account of its group or of the deployment',
  ),
  'vestibule:egress-interaction': must(
    'Vestibule',
    'tells an agent without an account that lets it do what it asks the address at which the person lets it',
  ),
  'vestibule:egress-faults': must(
    'Vestibule',
    'a fault of AWS while an account is connected, a token for it is asked for or a call is sent costs one try: nothing happens twice, and the next try works',
  ),
  'vestibule:egress-policy': must(
    'Vestibule',
    'asks nothing about accounts at third parties before policy lets the agent have what it asks for',
  ),
  'vestibule:egress-of-tasks': must(
    'Vestibule',
    'asks for each token of a task at a third party how the account stands, puts none into a secret, and lets the task go on without one',
  ),
  'vestibule:agent-third-party': must(
    'Vestibule',
    'the agent calls a third party by the proxy as it would call it itself, and rejects with the page where a person lets it',
  ),
  'vestibule:mcp-elicitation': must(
    'Vestibule',
    'an MCP server answers what only the person can let go on with the error by which MCP clients open a page',
  ),
  'vestibule:agentcore-third-party': must(
    'Vestibule',
    'lets a target of an AgentCore Gateway call a third party through the vault, by the requests that AgentCore sends',
  ),
  'rfc9396:5:narrowing-details': must(
    ['RFC 9396 §5', 'RFC 9396 §2'],
    'narrows a token of the third party itself by authorization_details that it understands to the last member, and refuses all others',
  ),
  'rfc9396:10:details-types': must(
    ['RFC 9396 §10', 'RFC 9728 §2'],
    'names the type of authorization_details in its own metadata and in that of a third party whose tokens they narrow, and nowhere else',
  ),
  'rfc8693:3:provider-token': must(
    ['RFC 8693 §3', 'RFC 9449 §5'],
    'gives a token of the third party itself only where the config lets the agent have one, made of less, and never to a client whose tokens are bound',
  ),
} as const;
