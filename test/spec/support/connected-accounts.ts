import { createHash, randomBytes } from 'node:crypto';
import { type AttributeValue, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { decodeConnection } from '../../../lambdas/adapters/dynamodb/connection-codec.ts';
import type { ConnectionAnswer, ConnectionQuestion } from '../../../lambdas/ports/connecting.ts';
import type { Connection } from '../../../lambdas/ports/connections.ts';
import type {
  AgentId,
  EgressProviderId,
  IdpId,
  PersonId,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import type { TestDeployment } from '../../support/deployment.ts';
import { itemsAtRest } from './items-at-rest.ts';
import { pageOf, press, pressLabel } from './people.ts';

export type StoredItem = Readonly<Record<string, AttributeValue>>;

/** Lets somebody connect their account at the demo tracker, on the page that names the planner. */
async function connectAs(
  company: Company,
  user: 'alice' | 'bob',
  browser: Browser = createBrowser(),
): Promise<void> {
  const url = new URL('/connect/tracker?agent=planner', company.issuer);
  const first = pageOf(await browser.open(url));
  const asked = first.url.origin === company.issuer ? first : pageOf(await press(browser, first, user));
  const approval = pageOf(await pressLabel(browser, asked, 'Connect'));
  const done = pageOf(await pressLabel(browser, approval, 'Approve as'));
  if (!done.text.includes('is connected')) throw new Error(`not connected: ${done.text.slice(0, 300)}`);
}

/** An account that is connected by the function alone, as it is asked to once somebody is back from the tracker. */
export async function connectDirectly(company: Company): Promise<Connection> {
  const [browser, codeVerifier] = [createBrowser(), randomBytes(32).toString('base64url')];
  const redirectUri = `${company.issuer}/connect/tracker/callback`;
  const asked = ['issues:read', 'issues:write'];
  const url = new URL('/auth', company.trackerUrl);
  url.search = new URLSearchParams({
    ...{ client_id: 'vestibule', response_type: 'code', redirect_uri: redirectUri, scope: asked.join(' ') },
    ...{ code_challenge_method: 'S256', state: 'state' },
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  }).toString();
  const approval = pageOf(await browser.open(url));
  const form = approval.forms[0];
  const button = form?.buttons.find(({ label }) => label.includes('Approve as'));
  if (form === undefined) throw new Error(`no form: ${approval.text.slice(0, 300)}`);
  const back = await browser.press(approval, form, button, { client: new URL(redirectUri) });
  const code = back.kind === 'left' ? back.url.searchParams.get('code') : null;
  if (code === null) throw new Error('nobody came back with a code');
  const [provider, by] = ['tracker' as EgressProviderId, 'person.carol' as PersonId];
  const holder = { kind: 'person', person: by, idp: 'demo' as IdpId } as const;
  const agents = [{ agent: 'planner' as AgentId, scopes: asked as ScopeName[] }];
  const returned = { ...{ provider, holder, by, agents, code, codeVerifier }, redirectUri, asked };
  const { told } = await askConnections(company, { ask: 'complete', back: returned, requestId: 'request' });
  const items = (await accountsAtRest(company)).map(connectionIn);
  const account = items.find((each) => each.holder.kind === 'person' && each.holder.person === by);
  if (told !== 'connected' || account === undefined) throw new Error(`it is not connected: ${told}`);
  return account;
}

/** Lets Alice connect hers, and then Bob his; their items. */
export async function twoAccounts(company: Company): Promise<readonly [StoredItem, StoredItem]> {
  await connectAs(company, 'alice');
  company.run.clock.advance(2);
  await connectAs(company, 'bob');
  const [alices, bobs, ...others] = await accountsAtRest(company);
  if (alices === undefined || bobs === undefined || others.length > 0) {
    throw new Error('not two accounts are connected');
  }
  return [alices, bobs];
}

/** The items of connected accounts as someone sees them who may do everything, the earliest first. */
export async function accountsAtRest(company: Company): Promise<readonly StoredItem[]> {
  const items = await itemsAtRest(company, 'VaultTable');
  return items
    .filter(({ pk }) => pk?.S?.startsWith('connection#') === true)
    .toSorted((one, other) => connectionIn(one).connectedAt - connectionIn(other).connectedAt);
}

export function connectionIn(item: StoredItem): Connection {
  return decodeConnection({ ...item });
}

/** Writes an item over whatever is at its key, with the rights of an operator. */
export async function plantItem({ run }: Pick<TestDeployment, 'run'>, item: StoredItem): Promise<void> {
  const { operator, endpoint } = run.cloud;
  const table = run.resources.find(({ logicalId }) => logicalId.includes('VaultTable'));
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: operator });
  await client.send(new PutItemCommand({ TableName: table?.physicalId, Item: { ...item } }));
  client.destroy();
}

/** Asks the connections function as other functions do, with the rights of an operator. */
export async function askConnections(
  { run }: Pick<TestDeployment, 'run'>,
  question: ConnectionQuestion,
): Promise<ConnectionAnswer> {
  const { resources, cloud, clock } = run;
  const asked = resources.find(({ logicalId }) => logicalId.startsWith('VestibuleConnectionsFunction'));
  const lambda = new LambdaClient({
    ...{ endpoint: cloud.endpoint, region: 'us-east-1', credentials: cloud.operator, maxAttempts: 1 },
    systemClockOffset: clock.now() - Date.now(),
  });
  const { FunctionError: error, Payload: payload = new Uint8Array() } = await lambda.send(
    new InvokeCommand({
      FunctionName: asked?.physicalId,
      Payload: Buffer.from(JSON.stringify(question)),
    }),
  );
  lambda.destroy();
  const text = Buffer.from(payload).toString();
  if (error !== undefined) throw new Error(text);
  return JSON.parse(text) as ConnectionAnswer;
}
