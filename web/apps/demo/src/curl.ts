import type { Facts, Session } from './facts.ts';

/** What to type to do the same by hand, and to read what came of it. */
export function commands(facts: Facts, session: Session): string {
  const phone = session.phone === null ? '' : ` \\\n  -d '{"phone": "${session.phone}"}'`;
  const type = session.phone === null ? '' : ` \\\n  -H 'Content-Type: application/json'`;
  return [
    `curl -X POST ${facts.api}/v1/sessions \\`,
    `  -H 'Authorization: Bearer ${facts.api_key}'${type}${phone}`,
    '',
    `curl ${facts.api}/v1/sessions/${session.id} \\`,
    `  -H 'Authorization: Bearer ${facts.api_key}'`,
  ].join('\n');
}
