import * as v from 'valibot';
import type { RegistryStore } from '../../ports/registry-store.ts';
import { type Author, nameOf } from '../../registry/author.ts';
import { attachRedirect, detachRedirect } from '../../registry/redirects.ts';
import { describe } from '../../registry/refusal.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { Audit } from '../../runtime/events.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

interface RedirectEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly PhysicalResourceId?: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

const redirectProperties = v.object({ ClientId: v.string(), RedirectUri: v.string() });

/** One redirect URI of one client: another of either is another attachment, and the old one is deleted after. */
export function redirectIdOf({ ResourceProperties: properties }: RedirectEvent): string | undefined {
  const read = v.safeParse(redirectProperties, properties);
  return read.success ? `redirect/${read.output.ClientId}/${sha256(read.output.RedirectUri)}` : undefined;
}

/** Attaches a redirect URI that another resource of the deployment gave, or takes it away again. */
export async function carryOutRedirect(
  { store, audit }: { readonly store: RegistryStore; readonly audit: Audit },
  event: RedirectEvent,
  author: Author,
): Promise<Result<undefined, string>> {
  // Another form of id is that of an attachment which was refused.
  if (event.RequestType === 'Delete' && event.PhysicalResourceId?.startsWith('redirect/') !== true) {
    return ok(undefined);
  }
  const read = v.safeParse(redirectProperties, event.ResourceProperties);
  if (!read.success) return refuse('ClientId and RedirectUri must be text');
  const { ClientId: clientId, RedirectUri: uri } = read.output;
  const attachment = { clientId, uri, by: attacherOf(event) };
  const carried =
    event.RequestType === 'Delete'
      ? await detachRedirect(store, attachment, author)
      : await attachRedirect(store, attachment, author);
  if (!carried.ok) return refuse(describe(carried.refusal));
  if (carried.value === 'attached' || carried.value === 'detached') {
    const change = `redirect_${carried.value}` as const;
    audit({
      ...{ event: 'registration_changed', change, kind: 'client', id: clientId },
      by: nameOf(author.managedBy),
    });
  }
  return ok(undefined);
}

/** The custom resource, by the name of its stack and its own. */
function attacherOf({ StackId: stack, LogicalResourceId: id }: RedirectEvent): string {
  return `${stack.split('/')[1] ?? stack}/${id}`;
}
