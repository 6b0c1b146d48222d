import { must } from '../requirement.ts';

/** What Amazon Bedrock AgentCore needs, in the forms in which it asks. */
export const agentCore = {
  'vestibule:agentcore-assertion': must(
    ['Vestibule', 'RFC 7523 §3'],
    'takes the assertions of AgentCore: for the token endpoint, without kid, by RS256, PS256 or ES256, with further members in header and claims',
  ),
  'vestibule:agentcore-secret': must(
    'Vestibule',
    'takes the secret that AgentCore reads from Secrets Manager, by HTTP Basic',
  ),
  'vestibule:agentcore-role': must(
    'Vestibule',
    'takes the token that AgentCore gets from AWS for the execution role of an agent: for the token endpoint, without client_id',
  ),
  'vestibule:agentcore-exchange': must(
    ['Vestibule', 'RFC 8693 §2.1'],
    'takes the exchanges of AgentCore: the inbound token as a JWT, for a resource by its URI, by its audience or by both, with the client as who acts',
  ),
  'vestibule:agentcore-actor': must(
    ['Vestibule', 'RFC 8693 §2.1'],
    'takes who acts as AgentCore sends it: an access token of the agent, or the JWT that AWS issues to its execution role for the token endpoint',
  ),
  'vestibule:audience-names-a-resource': must(
    'Vestibule',
    'takes `audience` for the resource whose tokens carry it, or for its URI, alone and beside `resource`',
  ),
  'vestibule:audience-agrees': must(
    ['Vestibule', 'RFC 8707 §2'],
    'refuses an `audience` that is no resource of the agent, or another one than `resource`',
  ),
  'vestibule:redirect-attached': must(
    'Vestibule',
    'keeps the redirect URIs that a deployment attaches to a client beside the declared ones, until it takes them away',
  ),
  'vestibule:redirect-uri-form': must(
    'Vestibule',
    'refuses a redirect URI that is not https, or http on loopback, or that has a fragment, a wildcard or user information',
  ),
} as const;
