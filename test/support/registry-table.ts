/** How the registry's items are found: by one key, and listed by kind. */
export const registryKeys = {
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-kind',
      KeySchema: [
        { AttributeName: 'kind', KeyType: 'HASH' as const },
        { AttributeName: 'id', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'ALL' as const },
    },
  ],
};

/** The registry as a table of a test engine, keyed as the deployed one is. */
export const registryTable = {
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: ['pk', 'kind', 'id'].map((name) => ({
    AttributeName: name,
    AttributeType: 'S' as const,
  })),
  ...registryKeys,
};
