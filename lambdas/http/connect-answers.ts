import { definitionOf } from '../oauth/account/granted-access.ts';
import type { ConnectOutcome, ConnectQuestion } from '../oauth/connect/connect-ports.ts';
import { connectPath } from '../oauth/connect/find-provider.ts';
import { fieldOf } from '../oauth/connect/offer.ts';
import { accountAnswer } from './account-answers.ts';
import { deadEndWords } from './connect-dead-ends.ts';
import { allowedView, shownProvider } from './connected-views.ts';
import type { Cookies } from './cookies.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { chooserPage } from './pages/chooser.ts';
import { connectedPage } from './pages/connected.ts';
import { connectPage, type ConnectView } from './pages/connect.ts';
import type { Look } from './pages/look.ts';
import { messagePage } from './pages/message.ts';
import { seeOther } from './see-other.ts';

/** What a browser is answered that connects an account. */
export function connectAnswer(
  look: Look,
  cookies: Cookies,
  request: HttpRequest,
  outcome: ConnectOutcome,
): HttpResponse {
  switch (outcome.go) {
    case 'ask':
      return connectPage(look, viewOf(outcome.question));
    case 'sign_in':
      return signIn(look, cookies, request, outcome);
    case 'provider':
      return seeOther(outcome.location.href);
    case 'connected': {
      const { provider, connection, resource } = outcome;
      const agents = allowedView(provider, resource, connection.agents);
      return connectedPage(look, { provider: provider.name, agents });
    }
    case 'refuse': {
      const words = deadEndWords(outcome.deadEnd, outcome.provider?.name ?? 'This third party');
      const { again } = outcome;
      const link = { label: 'Begin again', href: again ?? '/account' };
      return messagePage(look, {
        ...{ ...words, reference: request.requestId },
        link: again === undefined ? { ...link, label: 'See your access' } : link,
      });
    }
  }
}

function signIn(
  look: Look,
  cookies: Cookies,
  request: HttpRequest,
  { outcome, visit }: Extract<ConnectOutcome, { readonly go: 'sign_in' }>,
): HttpResponse {
  if (outcome.go !== 'ask_idp') return accountAnswer(look, cookies, request, outcome);
  const asked = Object.entries({ agent: visit.agent, scope: visit.scope, group: visit.group });
  return chooserPage(look, {
    ...{ idps: outcome.idps, leadsTo: outcome.idps.map(({ issuer }) => issuer) },
    action: `/connect/${visit.provider}`,
    fields: Object.fromEntries(asked.filter((pair): pair is [string, string] => pair[1] !== undefined)),
  });
}

function viewOf(question: ConnectQuestion): ConnectView {
  const { provider, session, group, connection, resource, choices } = question;
  const members = choices.flatMap(({ agents }) => agents.map(({ name }) => name));
  return {
    ...{ provider: shownProvider(provider), idp: question.idp },
    person: session.name ?? 'somebody without a name',
    group: group === undefined ? undefined : { name: group, agents: members },
    choices: choices.map((choice) => ({
      name: choice.name,
      getsTokens: choice.agents.some(({ providerTokens }) => providerTokens === true),
      scopes: choice.scopes.map((name) => ({
        ...{ name, description: definitionOf(resource, name)?.description },
        field: fieldOf(choice, name),
        upstream: provider.scopes.find((scope) => scope.name === name)?.upstream ?? [],
        ticked: question.ticked.has(fieldOf(choice, name)),
      })),
    })),
    before: connection && { since: connection.connectedAt, works: connection.state === 'active' },
    nothing: question.nothing ?? false,
    action: connectPath(provider.id),
    fields: { token: question.formToken, ...(group !== undefined && { group }) },
    leadsTo: provider.credential.kind === 'oauth2' ? [provider.credential.authorizationEndpoint] : [],
  };
}
