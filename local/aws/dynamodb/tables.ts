import type { EngineClient } from './engine-client.ts';

/** What IAM has to know of a table: whose attribute the leading key is, and which key encrypts it. */
export interface TableFacts {
  readonly partitionKey: string;
  /** Partition keys of the indexes by name. */
  readonly indexes: Readonly<Record<string, string>>;
  readonly encryptionKey?: string;
}

export interface Tables {
  /** Undefined when there is no such table. */
  readonly facts: (table: string) => Promise<TableFacts | undefined>;
  readonly forget: () => void;
}

interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: string;
}

interface Description {
  readonly KeySchema: readonly KeyElement[];
  readonly GlobalSecondaryIndexes?: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly KeyElement[];
  }[];
  readonly LocalSecondaryIndexes?: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly KeyElement[];
  }[];
  readonly SSEDescription?: { readonly KMSMasterKeyArn?: string };
}

export function createTables(engine: EngineClient): Tables {
  const known = new Map<string, TableFacts>();
  return {
    facts: async (table) => {
      const kept = known.get(table);
      if (kept !== undefined) return kept;
      const { status, body } = await engine.call('DescribeTable', { TableName: table });
      if (status !== 200) return undefined;
      const facts = factsOf((JSON.parse(body) as { Table: Description }).Table);
      known.set(table, facts);
      return facts;
    },
    forget: () => {
      known.clear();
    },
  };
}

function factsOf(table: Description): TableFacts {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const encryptionKey = table.SSEDescription?.KMSMasterKeyArn;
  return {
    partitionKey: partitionKeyOf(table.KeySchema),
    indexes: Object.fromEntries(indexes.map((index) => [index.IndexName, partitionKeyOf(index.KeySchema)])),
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
  };
}

function partitionKeyOf(schema: readonly KeyElement[]): string {
  return schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
}
