import type { Input } from '../service.ts';

/** One table or index that a request touches, under the IAM action it is asked for. */
export interface Access {
  readonly action: string;
  readonly table: string;
  readonly index?: string;
  /** Items as attribute maps, keys or whole, from which the leading keys are read. */
  readonly items?: readonly Input[];
  /** The top-level attributes that the request names, wherever it does. */
  readonly attributes?: readonly string[];
  /** The leading key of a Query, where its key condition tells. */
  readonly keyCondition?: (partitionKey: string) => unknown;
}

const itemOperations: Readonly<Record<string, string>> = {
  GetItem: 'Key',
  PutItem: 'Item',
  UpdateItem: 'Key',
  DeleteItem: 'Key',
};

const transactionParts: Readonly<Record<string, readonly [action: string, field: string]>> = {
  Put: ['PutItem', 'Item'],
  Update: ['UpdateItem', 'Key'],
  Delete: ['DeleteItem', 'Key'],
  ConditionCheck: ['ConditionCheckItem', 'Key'],
  Get: ['GetItem', 'Key'],
};

/** What a data request touches; undefined for an operation that is not one. Transactions are asked for item by item. */
export function accessesOf(operation: string, input: Input): readonly Access[] | undefined {
  const field = itemOperations[operation];
  if (field !== undefined) return [itemAccess(operation, input, field)];
  switch (operation) {
    case 'Query':
    case 'Scan':
      return [collectionAccess(operation, input)];
    case 'BatchGetItem':
      return batch(operation, input, (request) => listOf(objectOf(request)['Keys']));
    case 'BatchWriteItem':
      return batch(operation, input, (requests) => listOf(requests).map(writtenItem));
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return listOf(input['TransactItems']).flatMap((part) =>
        Object.entries(part).flatMap(([kind, request]) => {
          const [action, items] = transactionParts[kind] ?? [];
          return action === undefined || items === undefined
            ? []
            : [itemAccess(action, objectOf(request), items)];
        }),
      );
    default:
      return undefined;
  }
}

function itemAccess(action: string, request: Input, field: string): Access {
  return {
    ...{ action, table: tableOf(request['TableName']), items: [objectOf(request[field])] },
    ...(action === 'UpdateItem' && { attributes: attributesOf(request) }),
  };
}

const expressions = ['UpdateExpression', 'ConditionExpression', 'ProjectionExpression'];
const words =
  /^(set|remove|add|delete|and|or|not|in|between|if_not_exists|list_append|attribute_exists|attribute_not_exists|attribute_type|begins_with|contains|size)$/i;

/** Of a path, the first name alone: what is within an attribute is of that attribute. */
function attributesOf(request: Input): readonly string[] {
  const names = objectOf(request['ExpressionAttributeNames']);
  const texts = expressions.map((name) => request[name]).filter((text) => typeof text === 'string');
  const paths = texts.flatMap((text) => text.match(/(?<![.:#\w])#?[A-Za-z_]\w*/g) ?? []);
  const named = paths.filter((path) => !words.test(path)).map((path) => names[path] ?? path);
  return [...new Set([...Object.keys(objectOf(request['Key'])), ...named.map(String)])];
}

function collectionAccess(action: string, input: Input): Access {
  const index = input['IndexName'];
  return {
    action,
    table: tableOf(input['TableName']),
    ...(typeof index === 'string' ? { index } : {}),
    ...(action === 'Query'
      ? { keyCondition: (partitionKey: string) => leadingKeyOf(input, partitionKey) }
      : {}),
  };
}

function batch(
  action: string,
  input: Input,
  items: (request: unknown) => readonly Input[],
): readonly Access[] {
  return Object.entries(objectOf(input['RequestItems'])).map(([table, request]) => ({
    action,
    table: tableOf(table),
    items: items(request),
  }));
}

function writtenItem(request: Input): Input {
  const put = objectOf(request['PutRequest'])['Item'];
  return objectOf(put ?? objectOf(request['DeleteRequest'])['Key']);
}

/** The value that a Query's KeyConditionExpression compares the partition key with. */
function leadingKeyOf(input: Input, partitionKey: string): unknown {
  const names = objectOf(input['ExpressionAttributeNames']);
  const values = objectOf(input['ExpressionAttributeValues']);
  const expression = input['KeyConditionExpression'];
  if (typeof expression !== 'string') return undefined;
  for (const [, name = '', value = ''] of expression.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)) {
    if ((names[name] ?? name) === partitionKey) return values[value];
  }
  return undefined;
}

/** Requests may name a table by its ARN. */
export function tableOf(name: unknown): string {
  return typeof name === 'string' ? name.replace(/^arn:[^/]*:table\//, '') : '';
}

export function objectOf(value: unknown): Input {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly Input[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}
