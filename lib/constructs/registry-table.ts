import { AttributeType, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { grantItems, type ItemGrant } from './leading-keys.ts';
import type { Retention } from './retention.ts';

interface RegistryVariables {
  readonly REGISTRY_TABLE: string;
}

const byKind = 'by-kind';

const entries = [
  'resource#*',
  'resource-id#*',
  'agent#*',
  'client#*',
  'aws-role#*',
  'idp#*',
  'api#*',
  'provider#*',
  'identifier#*',
] as const;

const changes = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;

/**
 * Resources, agents, clients, identity providers and the APIs behind them, third parties behind the vault, and the key ring. Each `grant` gives a role one function's whole access and answers the
 * variables that go with it.
 */
export class RegistryTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, retention: Retention) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'ttl',
      globalSecondaryIndexes: [
        {
          indexName: byKind,
          partitionKey: { name: 'kind', type: AttributeType.STRING },
          sortKey: { name: 'id', type: AttributeType.STRING },
          projectionType: ProjectionType.ALL,
        },
      ],
      encryption: TableEncryptionV2.dynamoOwnedKey(),
      removalPolicy: retention.removalPolicy,
      deletionProtection: retention.protect,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: retention.protect },
    });
  }

  /** Metadata and keys, for discovery; those of identity providers, where any knows the deployment by keys. */
  grantDiscovery(role: IRole, keyedProviders: boolean): RegistryVariables {
    return this.grant(role, {
      actions: ['dynamodb:BatchGetItem'],
      items: ['resource#*', 'resource-id#*', 'key-ring#*', ...(keyedProviders ? (['idp#*'] as const) : [])],
    });
  }

  /** Which key signs now. */
  grantSigningKeyLookup(role: IRole): RegistryVariables {
    return this.grant(role, { actions: ['dynamodb:BatchGetItem'], items: ['key-ring#*'] });
  }

  /** Clients and their agents, for the authorization endpoint where nobody signs in. */
  grantClientLookup(role: IRole): RegistryVariables {
    return this.grant(role, { actions: ['dynamodb:BatchGetItem'], items: ['client#*', 'agent#*'] });
  }

  /**
   * All that signing a person in for a client reads, with what else in the same call, and keeping the metadata documents that
   * were accepted.
   */
  grantSignInDecisions(role: IRole, ...besides: readonly 'provider#*'[]): RegistryVariables {
    // A client that registered itself lives on where people use it, and so does a document.
    this.grant(role, { actions: ['dynamodb:UpdateItem'], items: ['client#*', 'client-document#*'] });
    return this.grant(role, {
      actions: ['dynamodb:BatchGetItem'],
      // The keys are for the id_tokens that clients bring when they sign people out.
      items: ['client#*', 'agent#*', 'resource#*', 'client-document#*', 'idp#*', 'key-ring#*', ...besides],
    });
  }

  /** All that a judgement of a request reads which waits for a person, and keeping the metadata documents that were accepted. */
  grantRequestDecisions(role: IRole): RegistryVariables {
    this.grant(role, { actions: ['dynamodb:UpdateItem'], items: ['client-document#*'] });
    return this.grant(role, {
      actions: ['dynamodb:BatchGetItem'],
      items: ['client#*', 'aws-role#*', 'agent#*', 'resource#*', 'client-document#*'],
    });
  }

  /** The clients that may be enrolled, one at a time, and the identity providers that they are enrolled at. */
  grantEnrolmentLookup(role: IRole): RegistryVariables {
    this.grant(role, { actions: ['dynamodb:GetItem'], items: ['client#dyn_*', 'client-document#*'] });
    // Before a client goes that is a document, nothing says any more that it is enrolled.
    this.grant(role, { actions: ['dynamodb:UpdateItem'], items: ['client-document#*'] });
    return this.grantIdentityProviders(role);
  }

  /** The identity providers that people sign in at, and the APIs behind them. */
  grantDownstreamDecisions(role: IRole): RegistryVariables {
    return this.grant(role, { actions: ['dynamodb:BatchGetItem'], items: ['idp#*', 'api#*'] });
  }

  /** The third parties that agents call. */
  grantEgressProviders(role: IRole): RegistryVariables {
    return this.grant(role, { actions: ['dynamodb:BatchGetItem'], items: ['provider#*'] });
  }

  /** The identity providers that people sign in at. */
  grantIdentityProviders(role: IRole): RegistryVariables {
    return this.grant(role, { actions: ['dynamodb:BatchGetItem'], items: ['idp#*'] });
  }

  /** All that a decision to issue a token reads, or a judgement of one; what people and third parties need besides, in the same call. */
  grantTokenDecisions(
    role: IRole,
    ...besides: readonly ('client-document#*' | 'idp#*' | 'api#*' | 'provider#*')[]
  ): RegistryVariables {
    return this.grant(role, {
      actions: ['dynamodb:BatchGetItem'],
      items: ['client#*', 'aws-role#*', 'agent#*', 'resource#*', 'key-ring#*', ...besides],
    });
  }

  /** Every change of an entry, and the listings; not the key ring. */
  grantAdministration(role: IRole): RegistryVariables {
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['dynamodb:Query'],
        resources: [`${this.table.tableArn}/index/${byKind}`],
        // In an index, the leading key is the index's own: the kind.
        conditions: {
          'ForAllValues:StringLike': {
            'dynamodb:LeadingKeys': [
              'resource',
              'agent',
              'client',
              'idp',
              'api',
              'provider',
              'registration-token',
            ],
          },
        },
      }),
    );
    // An agent's catalogue is checked against all the resources it names at once.
    return this.grant(role, {
      actions: ['dynamodb:BatchGetItem', ...changes],
      items: [...entries, 'registration-token#*'],
    });
  }

  /** Clients that registered themselves, and no other entry. */
  grantSelfRegistration(role: IRole, mode: 'open' | 'approval' | 'initial_access_token'): RegistryVariables {
    if (mode === 'initial_access_token') {
      // To find a token, and to count a use of it or, where nobody counts, to see in the same write that it still admits.
      this.grant(role, {
        actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'],
        items: ['registration-token#*'],
      });
    }
    return this.grant(role, { actions: changes, items: ['client#dyn_*'] });
  }

  /** Every change of an entry; not the key ring. */
  grantSeeding(role: IRole): RegistryVariables {
    return this.grant(role, { actions: changes, items: entries });
  }

  /** Every change of the key ring and of the wrapped keys in it, and nothing else. */
  grantKeyRing(role: IRole): RegistryVariables {
    return this.grant(role, {
      actions: changes,
      items: ['key-ring#*', 'signing-key#*', 'signing-key-intent#*'],
    });
  }

  /** The private half of a signing key by its name, wrapped. */
  grantWrappedKeys(role: IRole): RegistryVariables {
    return this.grant(role, { actions: ['dynamodb:GetItem'], items: ['signing-key#*'] });
  }

  private grant(role: IRole, grant: ItemGrant): RegistryVariables {
    grantItems(this.table, role, grant);
    return { REGISTRY_TABLE: this.table.tableName };
  }
}
