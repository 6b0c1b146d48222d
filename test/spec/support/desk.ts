import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive } from './driver.ts';
import { type GrantedCode, type Granting, grantingAt, redirectUri, type Wish } from './granted.ts';

/** The public client of people whose grants a desk is about. */
export const app = 'desk-app';

/** A deployment at which people granted things to a client, without the sign-in that goes before. */
export interface Desk extends Granting {
  readonly deployment: TestDeployment;
  readonly client: Driver;
  /** The URI of the resource `demo`. */
  readonly demo: string;
  /** What a person granted `desk-app` for `demo`, or as the wish says. */
  readonly newCode: (wish?: Partial<Wish>) => Promise<GrantedCode>;
  readonly registerApp: (clientId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openDesk(): Promise<Desk> {
  const deployment = await startDeployment();
  const client = drive(deployment);
  const granting = grantingAt(deployment, client);
  const demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
  const registerApp = async (clientId: string): Promise<void> => {
    await client.register('clients', {
      ...{ client_id: clientId, client_name: clientId, redirect_uris: [redirectUri] },
      token_endpoint_auth_method: 'none',
    });
  };
  await registerApp(app);
  return {
    ...granting,
    ...{ deployment, client, demo, registerApp },
    newCode: (wish = {}) => granting.code({ clientId: app, resource: demo, ...wish }),
    close: async () => {
      granting.stop();
      await deployment.stop();
    },
  };
}
