import { basic, type Driver } from './driver.ts';

export interface CatalogueEntry {
  readonly resource: string;
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
}

/** Registers an agent with that catalogue and a client `<agent>-client` of it; answers the client's Basic header. */
export async function newSecretClient(
  client: Driver,
  agent: string,
  catalogue: readonly CatalogueEntry[],
): Promise<{ readonly authorization: string }> {
  await client.register('agents', { id: agent, name: agent, owner: 'team', catalogue });
  const registered = await client.register('clients', {
    client_id: `${agent}-client`,
    agent_id: agent,
    token_endpoint_auth_method: 'client_secret_basic',
  });
  return basic(`${agent}-client`, String(registered['client_secret']));
}

/** Registers an agent with that catalogue and a client `<agent>-client` of it that proves itself by assertions. */
export async function newKeyClient(
  client: Driver,
  agent: string,
  catalogue: readonly CatalogueEntry[],
  keys: object,
): Promise<string> {
  await client.register('agents', { id: agent, name: agent, owner: 'team', catalogue });
  await client.register('clients', {
    client_id: `${agent}-client`,
    agent_id: agent,
    token_endpoint_auth_method: 'private_key_jwt',
    ...keys,
  });
  return `${agent}-client`;
}
