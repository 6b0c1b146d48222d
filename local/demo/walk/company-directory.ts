import type { Endpoints } from './endpoints.ts';
import { Surprise } from './report.ts';

/** What the administrator of the demo company does when somebody leaves it, or comes back. */
export async function setEmployed({ idp }: Endpoints, user: string, isEmployed: boolean): Promise<void> {
  const response = await fetch(`${idp}/directory/${user}`, {
    method: 'POST',
    body: new URLSearchParams({ employed: isEmployed ? 'yes' : 'no' }),
  });
  if (!response.ok) throw new Surprise(`the demo company does not know ${user}: ${await response.text()}`);
}
