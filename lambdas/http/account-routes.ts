import { openAccount, useAccount } from '../oauth/account/account.ts';
import type { AccountPorts, AccountVisit } from '../oauth/account/account-ports.ts';
import { comeBackToAccount } from '../oauth/account/sign-in.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Issuer } from '../runtime/identifiers.ts';
import { accountAnswer } from './account-answers.ts';
import { bodyRefused } from './body-refusal.ts';
import { cookiesOf } from './cookies.ts';
import { parseForm, readForm } from './form.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import type { Look } from './pages/look.ts';

interface AccountOptions {
  readonly issuer: Issuer;
  readonly look: Look;
  readonly ports: AccountPorts;
  readonly clock: Clock;
}

export interface AccountEndpoints {
  /** `/account`. */
  readonly account: Endpoint;
  /** `/callback/{idp}`; undefined for a return that is not to the account page. */
  readonly comeBack: (request: HttpRequest, idp: string) => Promise<HttpResponse | undefined>;
}

/** The page where people see and withdraw what they granted, as browsers ask for it. */
export function accountEndpoints({ issuer, look, ports, clock }: AccountOptions): AccountEndpoints {
  const cookies = cookiesOf(issuer);
  const visitOf = (request: HttpRequest): AccountVisit => {
    const { requestId, sourceAddress } = request;
    return { requestId, sourceAddress, cookie: cookies.read(request, 'account') };
  };
  const post: Endpoint = async (request) => {
    const form = readForm(request);
    if (!form.ok) return bodyRefused(form.refusal);
    const { values } = form.value;
    const asked = {
      ...visitOf(request),
      ...{ token: values.get('token'), withdraw: values.get('withdraw'), chosenIdp: values.get('idp') },
      ...{ renew: values.get('renew'), signOut: values.has('sign_out') },
      disconnect: values.get('disconnect'),
    };
    return accountAnswer(look, cookies, request, await useAccount(ports, asked, clock()));
  };
  return {
    account: methods({
      GET: async (request) =>
        accountAnswer(look, cookies, request, await openAccount(ports, visitOf(request), clock())),
      POST: post,
    }),
    comeBack: async (request, idp) => {
      const parameters = parseForm(request.query);
      const state = parameters.ok ? parameters.value.values.get('state') : undefined;
      const visit = { ...visitOf(request), idp, state, query: request.query };
      const outcome = await comeBackToAccount(ports, visit, clock());
      return outcome && accountAnswer(look, cookies, request, outcome);
    },
  };
}
