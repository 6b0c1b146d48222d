import type { Instant } from '../../runtime/clock.ts';
import { type Html, html } from '../html.ts';

/** `21 November 2026`, and for programs `2026-11-21`. */
export function dated(at: Instant): Html {
  const iso = new Date(at * 1000).toISOString().slice(0, 10);
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at * 1000);
  return html`<time datetime="${iso}">${day}</time>`;
}
