import { createCookieJar, type CookieJar } from './cookie-jar.ts';
import { formsOf, linksOf, textOf, type Button, type Form, type Page } from './html-page.ts';
import { isAt, stepOn, type SignIn } from './sign-in-steps.ts';

/** One request and where its answer led. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  readonly location: URL | undefined;
}

/** Where a navigation ended: at a page, or at an address that is not ours to open (the client's). */
export type Arrival =
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'left'; readonly url: URL; readonly page?: Page };

export interface Journey {
  readonly arrival: Arrival;
  /** Every page that the person saw, in order. */
  readonly pages: readonly Page[];
  /** Every request that the browser made, in order. */
  readonly hops: readonly Hop[];
}

/** A person's browser without JavaScript. */
export interface Browser {
  readonly cookies: CookieJar;
  /** Opens an address and follows redirects until a page, or until one leads to `client`. */
  readonly open: (url: URL | string, client?: URL) => Promise<Arrival>;
  /** Presses a button of a form; `fields` replaces or adds to what the form holds. */
  readonly press: (
    page: Page,
    form: Form,
    button: Button | undefined,
    options?: { readonly fields?: Readonly<Record<string, string>>; readonly client?: URL },
  ) => Promise<Arrival>;
  /** Goes on from a page as the person of `signIn` would, until the client's redirect URI or a page without a way on. */
  readonly walk: (signIn: SignIn) => Promise<Journey>;
  /** The same, and resolves with the URL at the client; throws with the text of the page where the way ended. */
  readonly signIn: (signIn: SignIn) => Promise<URL>;
  /** Every request so far. */
  readonly hops: readonly Hop[];
}

const mostHops = 20;
const mostPages = 8;

export function createBrowser(): Browser {
  const cookies = createCookieJar();
  const hops: Hop[] = [];

  const navigate = async (
    request: { readonly url: URL; readonly method: string; readonly body?: URLSearchParams },
    initiator: URL | undefined,
    client: URL | undefined,
  ): Promise<Arrival> => {
    let { url, method, body } = { body: undefined, ...request };
    for (let hop = 0; hop < mostHops; hop += 1) {
      if (isAt(url, client) || !url.protocol.startsWith('http')) return { kind: 'left', url };
      const response = await send(cookies, { url, method, body }, initiator);
      const location = locationOf(response, url);
      hops.push({ method, url, status: response.status, location });
      if (location === undefined) return { kind: 'page', page: await pageOf(response, url) };
      await response.body?.cancel();
      // RFC 9110 §15.4: 307 and 308 keep method and body, and a browser turns a POST into GET at the others.
      if (response.status < 307 && method !== 'GET') [method, body] = ['GET', undefined];
      url = location;
    }
    throw new Error(`more than ${mostHops} redirects: ${hops.slice(-4).map(describe).join(', ')}`);
  };

  const press: Browser['press'] = (page, form, button, { fields = {}, client } = {}) => {
    const parameters = new URLSearchParams(
      form.fields.map(([name, value]): [string, string] => [name, value]),
    );
    for (const [name, value] of Object.entries(fields)) parameters.set(name, value);
    if (button?.name !== undefined) parameters.append(button.name, button.value);
    if (form.method === 'POST') {
      return navigate({ url: form.action, method: 'POST', body: parameters }, page.url, client);
    }
    const url = new URL(form.action);
    url.search = parameters.toString();
    return navigate({ url, method: 'GET' }, page.url, client);
  };

  const walk: Browser['walk'] = async (signIn) => {
    const authorize = new URL(signIn.authorizeUrl);
    const client = signIn.client ?? clientOf(authorize);
    const first = hops.length;
    const pages: Page[] = [];
    let arrival = await navigate(firstRequest(authorize, signIn), undefined, client);
    while (arrival.kind === 'page' && pages.length < mostPages) {
      const { page } = arrival;
      pages.push(page);
      const step = stepOn(page, authorize, signIn, client);
      if (step === undefined) break;
      if (step.kind === 'link' && isAt(step.url, client)) arrival = { kind: 'left', url: step.url, page };
      else if (step.kind === 'link') {
        arrival = await navigate({ url: step.url, method: 'GET' }, page.url, client);
      } else
        arrival = await press(page, step.form, step.button, {
          fields: step.fields,
          ...(client && { client }),
        });
    }
    return { arrival, pages, hops: hops.slice(first) };
  };

  return {
    cookies,
    hops,
    press,
    walk,
    open: (url, client) => navigate({ url: new URL(url), method: 'GET' }, undefined, client),
    signIn: async (signIn) => {
      const { arrival } = await walk(signIn);
      if (arrival.kind === 'left') return arrival.url;
      const { url, status, text } = arrival.page;
      throw new Error(`stranded at ${url.origin}${url.pathname} (${status}): ${text.slice(0, 600)}`);
    },
  };
}

function firstRequest(
  authorize: URL,
  { post = false }: SignIn,
): { readonly url: URL; readonly method: string; readonly body?: URLSearchParams } {
  if (!post) return { url: authorize, method: 'GET' };
  return {
    url: new URL(`${authorize.origin}${authorize.pathname}`),
    method: 'POST',
    body: new URLSearchParams(authorize.search),
  };
}

function clientOf(authorize: URL): URL | undefined {
  const redirectUri = authorize.searchParams.get('redirect_uri');
  return redirectUri !== null && URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
}

async function send(
  cookies: CookieJar,
  request: { readonly url: URL; readonly method: string; readonly body: URLSearchParams | undefined },
  initiator: URL | undefined,
): Promise<Response> {
  const { url, method, body } = request;
  const cookie = cookies.headerFor(url, { method, initiator });
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      ...(cookie !== undefined && { cookie }),
      ...(method !== 'GET' && initiator !== undefined && { origin: initiator.origin }),
    },
    ...(body !== undefined && { body }),
  });
  cookies.take(url, response.headers.getSetCookie());
  return response;
}

function locationOf(response: Response, base: URL): URL | undefined {
  const location = response.headers.get('location');
  const redirects = response.status >= 300 && response.status < 400;
  return redirects && location !== null ? new URL(location, base) : undefined;
}

async function pageOf(response: Response, url: URL): Promise<Page> {
  const html = await response.text();
  return {
    ...{ url, html, status: response.status, headers: response.headers },
    text: textOf(html),
    forms: formsOf(html, url),
    links: linksOf(html),
  };
}

function describe({ method, url, status }: Hop): string {
  return `${method} ${url.origin}${url.pathname} ${status}`;
}
