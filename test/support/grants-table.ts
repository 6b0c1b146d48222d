/** By one key, and what is due by the list that it is in. */
const keysWith = (...projected: readonly string[]) => ({
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'due',
      KeySchema: [
        { AttributeName: 'due_shard', KeyType: 'HASH' as const },
        { AttributeName: 'due_at', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...projected] },
    },
  ],
});

/** How what tokens were issued on is found. */
export const grantsKeys = keysWith('good_until');

/** How what is kept of people is found. */
export const vaultKeys = keysWith('idp', 'ends_at');

/** The grants table as a table of a test engine, keyed as the deployed one is; it stands for the vault, too. */
export const grantsTable = {
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' as const },
    { AttributeName: 'due_shard', AttributeType: 'S' as const },
    { AttributeName: 'due_at', AttributeType: 'N' as const },
  ],
  ...keysWith('good_until', 'idp', 'ends_at'),
};
