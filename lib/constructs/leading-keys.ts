import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';

export interface ItemGrant {
  readonly actions: readonly `dynamodb:${string}`[];
  /** Partition key patterns, `client#*`. The role reaches no item outside them. */
  readonly items: readonly `${string}#${string}`[];
  /** The only attributes that a request may name, `pk` among them; all where absent. */
  readonly attributes?: readonly ['pk', ...string[]];
}

/** Allows item-level actions on the items of a table whose keys match, and on no other. */
export function grantItems(table: TableV2, role: IRole, { actions, items, attributes }: ItemGrant): void {
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [table.tableArn],
      conditions: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...items] },
        ...(attributes && { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...attributes] } }),
      },
    }),
  );
}
