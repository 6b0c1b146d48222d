import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import { Surprise } from './report.ts';
import type { Walk } from './walk-context.ts';

const tokenSchema = v.object({ access_token: v.string() });

/** An agent under an AWS role: AWS says who it is, it sends that along, and there is no secret anywhere. */
export async function awsRole({ endpoints, report, fetch, takeExchanges }: Walk): Promise<void> {
  report.step('An agent that runs under an AWS role asks AWS who it is, and gets a token with no secret');
  const [agent] = endpoints.agent_roles;
  if (agent === undefined) throw new Surprise('the local run has no agent with an AWS role');
  const sts = new STSClient({
    endpoint: endpoints.aws.endpoint,
    region: endpoints.aws.region,
    credentials: { accessKeyId: agent.access_key_id, secretAccessKey: agent.secret_access_key },
  });
  const { WebIdentityToken: identity = '' } = await sts.send(
    new GetWebIdentityTokenCommand({ Audience: [endpoints.issuer], SigningAlgorithm: 'ES384' }),
  );
  sts.destroy();
  report.note(`AWS vouches for ${agent.role}`);

  const ask = (): Promise<Response> =>
    fetch(endpoints.endpoints.token, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: identity,
        resource: endpoints.mcp,
      }),
    });
  const answer = await ask();
  report.check('it gets a token, though it named no client', 200, answer.status);
  const { access_token: token } = v.parse(tokenSchema, await answer.json());
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  report.check('which is that of its client', new RegExp(`"client_id":"${agent.client_id}"`), claims);
  report.check('what AWS said is good for one token', 401, (await ask()).status);
  takeExchanges();
}
