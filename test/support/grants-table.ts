/** How what tokens were issued on is found: by one key, and tasks that are due by the list that they are in. */
export const grantsKeys = {
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'due_shard', KeyType: 'HASH' as const },
        { AttributeName: 'due_at', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['good_until'] },
    },
  ],
};

/** The grants table as a table of a test engine, keyed as the deployed one is. */
export const grantsTable = {
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' as const },
    { AttributeName: 'due_shard', AttributeType: 'S' as const },
    { AttributeName: 'due_at', AttributeType: 'N' as const },
  ],
  ...grantsKeys,
};
