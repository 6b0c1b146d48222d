import { pathOf, type Problem, show, unknownReference } from './problem.ts';
import type { SoundParts } from './sound-parts.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

type Client = SoundParts['clients'][number];

/** What is wrong with whom a client belongs to, and with what it may do for itself and for people. */
export function clientProblems(client: Client, index: number, config: SoundParts): readonly Problem[] {
  const problem = (field: keyof Client, text: string): Problem => ({
    path: pathOf(['clients', index, field]),
    text,
  });
  const owner = ownerOf(client, index, config);
  if (owner.length > 0) return owner;
  const { authentication, redirectUris, grants } = client;
  if (authentication?.method === 'none' && redirectUris === undefined && !isForPeople(grants)) {
    const text = "is missing; a client with 'none' is for people alone, who have to be sent back somewhere";
    return [problem('redirectUris', text)];
  }
  const wrong = grants === undefined ? undefined : grantsProblem(client, grants);
  if (wrong !== undefined) return [problem('grants', wrong)];
  const sendsPeople = grants?.includes('authorization_code') ?? redirectUris !== undefined;
  if (sendsPeople) return [];
  return (['consent', 'requirePushedRequests', 'postLogoutRedirectUris'] as const)
    .filter((field) => client[field] !== undefined && !(field === 'consent' && isForPeople(grants)))
    .map((field) =>
      problem(field, `${show(client[field])} stands on a client that people do not sign in with; remove it`),
    );
}

function ownerOf(
  { agent, resource, redirectUris, grants }: Client,
  index: number,
  { agents, resources }: SoundParts,
): Problem[] {
  const path = pathOf(['clients', index, 'agent']);
  if (agent !== undefined && resource !== undefined) {
    return [{ path, text: `${show(agent)} stands beside a resource; a client has one of the two` }];
  }
  if (resource !== undefined && redirectUris !== undefined) {
    const text = 'stand on the server of a resource, which nobody signs in with; remove them';
    return [{ path: pathOf(['clients', index, 'redirectUris']), text }];
  }
  if (resource !== undefined) {
    return unknownReference(pathOf(['clients', index, 'resource']), resource, 'resource', resources);
  }
  if (agent !== undefined) return unknownReference(path, agent, 'agent', agents);
  const isForAsserted = grants?.includes(bearer) === true;
  if (redirectUris !== undefined || isForPeople(grants) || isForAsserted) return [];
  return [
    {
      path,
      text: 'is missing; write the id of the agent it acts for, or the resource it serves, or redirectUris for people',
    },
  ];
}

function grantsProblem(client: Client, grants: readonly string[]): string | undefined {
  if (client.resource === undefined) {
    return machineGrantsProblem(client, grants) ?? peoplesGrantsProblem(client, grants);
  }
  const isServers = grants.every((grant) => grant === exchange || grant === 'refresh_token');
  // Of nothing but an exchange has it a refresh token.
  return isServers && (grants.length === 0 || grants.includes(exchange))
    ? undefined
    : 'stand on the server of a resource, which may exchange tokens at most, and refresh what it got; remove the others';
}

function machineGrantsProblem(
  { agent, authentication }: Client,
  grants: readonly string[],
): string | undefined {
  const isPublic = authentication?.method === 'none';
  const agents = ['client_credentials', exchange].find((grant) => grants.includes(grant));
  if (agents !== undefined && (agent === undefined || isPublic)) {
    return `name '${agents}', which is for a client of an agent that proves itself; remove it`;
  }
  return grants.includes(bearer) && isPublic
    ? `name '${bearer}', which is for a client that proves itself; remove it`
    : undefined;
}

function peoplesGrantsProblem(
  { agent, redirectUris }: Client,
  grants: readonly string[],
): string | undefined {
  // The redirect URI of an agent's client may be attached by what needs it.
  if (grants.includes('authorization_code') && redirectUris === undefined && agent === undefined) {
    return "name 'authorization_code', which needs redirectUris; add them";
  }
  return grants.includes('refresh_token') && !isForPeople(grants) && !grants.includes(exchange)
    ? "name 'refresh_token', which follows 'authorization_code', the device grant or token exchange; add one of them, or remove it"
    : undefined;
}

/** Whether people let the client in: at a browser that it sends them to, or for a device of theirs. */
function isForPeople(grants: readonly string[] = []): boolean {
  return (
    grants.includes('authorization_code') || grants.includes('urn:ietf:params:oauth:grant-type:device_code')
  );
}
