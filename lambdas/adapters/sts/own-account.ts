import {
  GetWebIdentityTokenCommand,
  OutboundWebIdentityFederationDisabledException,
  type STSClient,
} from '@aws-sdk/client-sts';
import { decodeJwt } from 'jose';
import * as v from 'valibot';
import type { OwnAwsAccount } from '../../ports/aws-account.ts';
import { ok, refuse } from '../../runtime/result.ts';
import { calling } from '../aws.ts';

/** Nobody accepts a token for it: the one that is asked for is read and thrown away. The role may ask for no other. */
const audience = 'urn:vestibule:own-account';

const claims = v.object({
  iss: v.string(),
  'https://sts.amazonaws.com/': v.object({ aws_account: v.string() }),
});

/** Learns the issuer of the account from a token of it: AWS has it at no other place that a role of ours could reach. */
export function stsOwnAccount({ client }: { readonly client: STSClient }): OwnAwsAccount {
  return {
    find: () =>
      calling('STS', async () => {
        try {
          const { WebIdentityToken: token } = await client.send(
            new GetWebIdentityTokenCommand({
              Audience: [audience],
              SigningAlgorithm: 'ES384',
              DurationSeconds: 60,
            }),
          );
          const { iss, 'https://sts.amazonaws.com/': said } = v.parse(claims, decodeJwt(token ?? ''));
          return ok({ id: said.aws_account, issuer: iss });
        } catch (error) {
          if (error instanceof OutboundWebIdentityFederationDisabledException) {
            return refuse('federation_disabled');
          }
          throw error;
        }
      }),
  };
}
