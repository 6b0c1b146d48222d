import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ProofMarks } from '../../ports/proofs.ts';
import { keyOf } from './keys.ts';
import { markOnce } from './mark-once.ts';

/** Marks DPoP proofs as used in the grants table. */
export function dynamoProofMarks(options: {
  readonly client: DynamoDBClient;
  readonly table: string;
}): ProofMarks {
  return {
    markUsed: ({ jkt, jti, ...mark }) => markOnce(options, { key: keyOf.proof(jkt, jti), ...mark }),
  };
}
