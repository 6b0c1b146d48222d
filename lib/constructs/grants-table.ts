import { AttributeType, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { grantItems } from './leading-keys.ts';
import type { Retention } from './retention.ts';

type BucketKind = 'client' | 'address' | 'registration' | 'user-code' | 'idp';

interface GrantsVariables {
  readonly GRANTS_TABLE: string;
}

const due = 'due';

/** What tokens of a deployment may rest on besides what is registered. */
interface RestsOn {
  /** What people granted. */
  readonly people: boolean;
  readonly tasks: boolean;
}

/** What tokens were issued on: short-lived items that expire by `ttl`, epoch seconds. */
export class GrantsTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, retention: Retention) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      // Sparse: of tasks alone, and of those that somebody has to look at.
      globalSecondaryIndexes: [
        {
          indexName: due,
          partitionKey: { name: 'due_shard', type: AttributeType.STRING },
          sortKey: { name: 'due_at', type: AttributeType.NUMBER },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['good_until'],
        },
      ],
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      removalPolicy: retention.removalPolicy,
      deletionProtection: retention.protect,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: retention.protect },
    });
  }

  /** Marking proofs of keys as used. */
  grantProofMarks(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:PutItem'], items: ['proof#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Marking client assertions and proofs of keys as used. */
  grantReplayMarks(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:PutItem'], items: ['assertion#*', 'proof#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Drawing on the buckets that keep callers within their limits. */
  grantBuckets(role: IRole, ...kinds: readonly BucketKind[]): GrantsVariables {
    grantItems(this.table, role, {
      actions: ['dynamodb:UpdateItem'],
      items: kinds.map((kind) => `bucket#${kind}#*` as const),
    });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Sign-ins on their way, what people granted, and making and ending grants. */
  grantSignIns(role: IRole): GrantsVariables {
    const read = 'dynamodb:GetItem';
    const put = 'dynamodb:PutItem';
    const update = 'dynamodb:UpdateItem';
    grantItems(this.table, role, { actions: [read, put, update], items: ['transaction#*'] });
    grantItems(this.table, role, { actions: [read, update], items: ['pushed-request#*', 'device#*'] });
    grantItems(this.table, role, { actions: [read, put], items: ['consents#*'] });
    grantItems(this.table, role, {
      actions: ['dynamodb:BatchGetItem'],
      items: ['consents#*', 'person#*', 'upstream-session#*', 'grant#*'],
    });
    grantItems(this.table, role, {
      actions: [update],
      items: ['person#*', 'person-end#*', 'upstream-session#*'],
    });
    grantItems(this.table, role, { actions: [read, put], items: ['logout-token#*'] });
    grantItems(this.table, role, { actions: [put, update], items: ['grant#*'] });
    grantItems(this.table, role, { actions: [update], items: ['ended#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Accounts at third parties that people are connecting. */
  grantConnecting(role: IRole): GrantsVariables {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] as const;
    grantItems(this.table, role, { actions, items: ['connect#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Keeping what opaque tokens stand for; whoever keeps it cannot read it. */
  grantOpaqueIssuance(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:PutItem'], items: ['opaque-token#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** The same, and reading it back: whether it stands for what it should. */
  grantTriedOpaqueIssuance(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:GetItem'], items: ['opaque-token#*'] });
    return this.grantOpaqueIssuance(role);
  }

  /** Keeping requests that wait for a person, pushed ones and those of devices; whoever keeps them cannot read them. */
  grantKeepingRequests(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:PutItem'], items: ['pushed-request#*', 'device#*'] });
    return this.grantReplayMarks(role);
  }

  /** Writing which principals have ended, by whoever changes the registry. */
  grantEnding(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:UpdateItem'], items: ['ended#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Seeing what people granted, and ending all of it with their sessions and with what others vouched for. */
  grantEndingPeople(role: IRole): GrantsVariables {
    grantItems(this.table, role, {
      actions: ['dynamodb:BatchGetItem'],
      items: ['consents#*', 'person#*', 'grant#*'],
    });
    grantItems(this.table, role, {
      actions: ['dynamodb:UpdateItem'],
      items: ['person#*', 'person-end#*', 'grant#*'],
    });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Redeeming and ending what people granted. */
  grantRedemption(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:GetItem'], items: ['grant#*'] });
    grantItems(this.table, role, { actions: ['dynamodb:UpdateItem'], items: ['grant#*', 'ended#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Devices that ask what became of their request; making none. */
  grantPolling(role: IRole): GrantsVariables {
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem'] as const;
    grantItems(this.table, role, { actions, items: ['device#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Opening tasks, and all that is done to them on request. */
  grantTasks(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:PutItem'], items: ['task#*'] });
    return this.grantTaskWork(role);
  }

  /** Leasing tasks and writing what came of them, ends among it; opening none. */
  grantTaskWork(role: IRole): GrantsVariables {
    grantItems(this.table, role, {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
      items: ['task#*'],
    });
    return this.grantEnding(role);
  }

  /** Knowing which identity providers do not answer, and counting what they are asked. */
  grantCircuits(role: IRole): GrantsVariables {
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem'] as const;
    grantItems(this.table, role, { actions, items: ['circuit#*'] });
    return this.grantBuckets(role, 'idp');
  }

  /** Seeing which tasks are due; nothing of the tasks themselves. */
  grantDueTasks(role: IRole): GrantsVariables {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: [`${this.table.tableArn}/index/${due}`],
        // In an index, the leading key is the index's own: the list.
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['task#*'] } },
      }),
    );
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Keeping the public keys of trust anchors, for when their hosts fail. */
  grantAnchorKeys(role: IRole): GrantsVariables {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem'] as const;
    grantItems(this.table, role, { actions, items: ['anchor-keys#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Everything that has ended, for the feed. */
  grantReadingEnds(role: IRole): GrantsVariables {
    grantItems(this.table, role, { actions: ['dynamodb:BatchGetItem'], items: ['revoked#*', 'ended#*'] });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Whether a token counts now: its revocation, what a person granted, its task, and what an opaque one stands for. */
  grantTokenStandings(role: IRole, { people, tasks }: RestsOn): GrantsVariables {
    // Read in the same call: what people granted, and whether they were ended for whom others vouch, be it no more.
    const items = ['revoked#*', 'person-end#*'] as const;
    const granted = people ? (['grant#*'] as const) : [];
    const worked = tasks ? (['task#*'] as const) : [];
    grantItems(this.table, role, { actions: ['dynamodb:GetItem'], items: ['opaque-token#*'] });
    grantItems(this.table, role, {
      actions: ['dynamodb:BatchGetItem'],
      items: [...items, ...granted, ...worked],
    });
    return { GRANTS_TABLE: this.table.tableName };
  }

  /** Reading and writing which tokens are revoked, and marking client assertions as used, and proofs of keys. */
  grantRevocations(role: IRole, on: RestsOn): GrantsVariables {
    const { people } = on;
    if (people) this.grantRedemption(role);
    this.grantTokenStandings(role, on);
    grantItems(this.table, role, { actions: ['dynamodb:UpdateItem'], items: ['revoked#*'] });
    // Where people sign in, it tells of them too.
    const marks = people ? (['assertion#*', 'proof#*'] as const) : (['assertion#*'] as const);
    grantItems(this.table, role, { actions: ['dynamodb:PutItem'], items: marks });
    return { GRANTS_TABLE: this.table.tableName };
  }
}
