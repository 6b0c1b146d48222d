import type { VirtualClock } from '../../clock.ts';
import { AwsError, type Service, unknownOperation } from '../service.ts';
import { startAccountIssuer } from './issuer.ts';
import { issueWebIdentityToken, type WebIdentityOptions, webIdentityRequirements } from './web-identity.ts';
import { result } from './xml.ts';

export interface Sts {
  readonly service: Service;
  /** Who signs identity tokens. */
  readonly issuer: string;
  /** Outbound federation is enabled at first. */
  readonly enableFederation: (isEnabled: boolean) => void;
  readonly stop: () => Promise<void>;
}

/** Security Token Service and, on a port of its own, the issuer of the account; `file` keeps its keys. */
export async function startSts(options: {
  readonly region: string;
  readonly clock: VirtualClock;
  /** 0 takes a free one. */
  readonly port: number;
  readonly file: string | undefined;
}): Promise<Sts> {
  const { region, clock, port, file } = options;
  const issuer = await startAccountIssuer(port, file);
  let isEnabled = true;
  return {
    service: createSts({
      ...{ region, issuer },
      now: () => clock.now() / 1_000,
      isFederationEnabled: () => isEnabled,
    }),
    issuer: issuer.url,
    enableFederation: (enabled) => {
      isEnabled = enabled;
    },
    stop: issuer.stop,
  };
}

/** Who am I, and a signed statement of it for others. Its protocol is Query: a form in, XML out. */
function createSts(options: WebIdentityOptions): Service {
  return {
    prefix: 'sts',
    throttled: new AwsError('Throttling', 'Rate exceeded'),
    unavailable: new AwsError('InternalFailure', 'The request processing has failed.', 500),
    requirements: (operation, input) =>
      new Promise((resolve) => {
        // Who one is, one may always ask.
        if (operation === 'GetCallerIdentity') resolve([]);
        else if (operation === 'GetWebIdentityToken') resolve(webIdentityRequirements(input));
        else throw unknownOperation();
      }),
    handle: async (operation, input, caller) => {
      const { arn, account } = caller;
      const members =
        operation === 'GetCallerIdentity'
          ? { Arn: arn, UserId: account, Account: account }
          : await issueWebIdentityToken(options, input, caller);
      return { status: 200, body: result(operation, members) };
    },
  };
}
