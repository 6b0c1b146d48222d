import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { basic } from './driver.ts';
import { minute } from './tasking.ts';
import { startWaiting, type Waiting } from './waiting.ts';

/** An office whose provider forgets what it gave after half an hour in which nobody asked with it. */
export interface Keeping extends Waiting {
  readonly grantOf: (refreshToken: string) => string;
  /** When what is kept for the grant is to be asked with, as it is stored; undefined: never. */
  readonly dueAt: (grantId: string) => Promise<number | undefined>;
  /** Sends the refreshers one message more. */
  readonly ask: (kept: { readonly grantId: string; readonly dueAt: number }) => Promise<void>;
  readonly revoke: (refreshToken: string) => Promise<void>;
  /** Lets minutes pass, five at a time: none of them is too long for what is due in between. */
  readonly minutes: (count: number) => Promise<void>;
  readonly forgets: (more?: Parameters<Waiting['idp']['play']>[0]) => void;
}

export async function startKeeping(): Promise<Keeping> {
  const office = await startWaiting();
  const { run, operator, secretOf } = office.company;
  const aws = { endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: operator };
  const [dynamo, sqs] = [new DynamoDBClient(aws), new SQSClient(aws)];
  const physical = (name: string): string => {
    const found = run.resources.find(({ logicalId }) => logicalId.startsWith(name));
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found.physicalId;
  };
  const forgets: Keeping['forgets'] = (more = {}) => {
    office.idp.play({ refreshIdle: 30 * minute, tokens: { refresh_expires_in: 30 * minute }, ...more });
  };
  forgets();
  const secret = basic('scan-desk', await secretOf('scan-desk'));
  return {
    ...office,
    forgets,
    grantOf: (refreshToken) => refreshToken.split('.')[0] ?? '',
    dueAt: async (grantId) => {
      const Key = { pk: { S: `upstream-grant#${grantId}` } };
      const { Item: item } = await dynamo.send(
        new GetItemCommand({ TableName: physical('VestibuleVaultTable'), Key, ConsistentRead: true }),
      );
      return item?.['due_shard'] && item['due_at'] && Number(item['due_at'].N);
    },
    ask: async ({ grantId, dueAt }) => {
      const kept = [{ id: grantId, idp: 'demo', due_at: dueAt }];
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: physical('VestibuleTaskWorkQueue'),
          MessageBody: JSON.stringify({ tasks: [], kept }),
        }),
      );
    },
    revoke: async (token) => {
      const body = new URLSearchParams({ token });
      const { status, text } = await office.client.send('/revoke', { method: 'POST', headers: secret, body });
      if (status !== 200) throw new Error(`${status} ${text}`);
    },
    minutes: async (count) => {
      for (let passed = 0; passed < count; passed += 5) {
        await office.pass(Math.min(5, count - passed) * minute);
      }
    },
    stop: async () => {
      dynamo.destroy();
      sqs.destroy();
      await office.stop();
    },
  };
}
