import { AttributeType, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { grantItems } from './leading-keys.ts';
import type { Retention } from './retention.ts';

const due = 'due';

/** What is kept of people for work while they are away: sealed, one item a grant, swept by `ttl`, epoch seconds. */
export class VaultTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, retention: Retention) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      // Sparse: of what is kept of people, where it ends unless somebody asks with it; and of accounts that are to be renewed or revoked.
      globalSecondaryIndexes: [
        {
          indexName: due,
          partitionKey: { name: 'due_shard', type: AttributeType.STRING },
          sortKey: { name: 'due_at', type: AttributeType.NUMBER },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['idp', 'ends_at'],
        },
      ],
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      removalPolicy: retention.removalPolicy,
      deletionProtection: retention.protect,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: retention.protect },
    });
  }

  /** Keeping, asking with and forgetting the refresh tokens of identity providers. */
  grantUpstreamGrants(role: IRole): { readonly VAULT_TABLE: string } {
    grantItems(this.table, role, {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      items: ['upstream-grant#*'],
    });
    return { VAULT_TABLE: this.table.tableName };
  }

  /** Seeing what of it is to be asked with, and when; nothing that is kept. */
  grantDueGrants(role: IRole): { readonly VAULT_TABLE: string } {
    return this.grantLists(role, 'upstream-grant#*');
  }

  /** Connecting accounts at third parties, renewing and revoking them. */
  grantConnections(role: IRole): { readonly VAULT_TABLE: string } {
    grantItems(this.table, role, {
      actions: [
        ...(['dynamodb:GetItem', 'dynamodb:BatchGetItem'] as const),
        ...(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'] as const),
      ],
      items: ['connection#*', 'connected#*'],
    });
    return { VAULT_TABLE: this.table.tableName };
  }

  /** Seeing which of them is to be renewed or revoked, and when; nothing that is kept. */
  grantDueConnections(role: IRole): { readonly VAULT_TABLE: string } {
    return this.grantLists(role, 'connection-due#*');
  }

  /** Reading one to call a third party, and noting until when that takes no calls: nothing else of it can be written. */
  grantConnectionUse(role: IRole): { readonly VAULT_TABLE: string } {
    grantItems(this.table, role, { actions: ['dynamodb:GetItem'], items: ['connection#*'] });
    grantItems(this.table, role, {
      actions: ['dynamodb:UpdateItem'],
      items: ['connection#*'],
      attributes: ['pk', 'connection', 'paused_until'],
    });
    return { VAULT_TABLE: this.table.tableName };
  }

  private grantLists(role: IRole, lists: `${string}#*`): { readonly VAULT_TABLE: string } {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: [`${this.table.tableArn}/index/${due}`],
        // In an index, the leading key is the index's own: the list.
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [lists] } },
      }),
    );
    return { VAULT_TABLE: this.table.tableName };
  }

  /** Keeping the tokens that agents get as themselves: what is over is swept. */
  grantMachineTokens(role: IRole): void {
    grantItems(this.table, role, {
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      items: ['machine-token#*'],
    });
  }

  /** Making, finding and forgetting the clients that ours are at identity providers. */
  grantEnrolments(role: IRole): { readonly VAULT_TABLE: string } {
    grantItems(this.table, role, {
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      items: ['enrolment#*'],
    });
    grantItems(this.table, role, {
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      items: ['enrolment-places#*'],
    });
    return { VAULT_TABLE: this.table.tableName };
  }

  /** Finding them, to sign people in. */
  grantEnrolmentLookup(role: IRole): void {
    grantItems(this.table, role, { actions: ['dynamodb:GetItem'], items: ['enrolment#*'] });
  }
}
