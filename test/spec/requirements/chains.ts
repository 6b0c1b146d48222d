import { must } from '../requirement.ts';

/** Tokens that were exchanged from others, and when they end. */
export const chains = {
  'vestibule:chain-ends': must(
    'Vestibule',
    'ends an exchanged token with every token that it was exchanged from, with the grant of the person, and with every agent and client in its chain, at introspection, userinfo and verifiers alike',
  ),
  'vestibule:chain-forged': must(
    ['Vestibule', 'RFC 8693 §4.1', 'RFC 8693 §2.2.1'],
    'takes no token whose chain is cut, put together or nested deeper than a chain can be, whoever signed it',
  ),
  'vestibule:chain-one-read': must(
    'Vestibule',
    'reads all that an exchanged token depends on in one strongly consistent call, however long its chain',
  ),
  'vestibule:chain-audited': must(
    'Vestibule',
    'tells the audit trail of an exchanged token through whom it came and from which token, wherever it is let in or asked about',
  ),
  'vestibule:exchange-for': must(
    ['Vestibule', 'RFC 8693 §2.1', 'RFC 8693 §2.2.1', 'RFC 6749 §5.1', 'RFC 6749 §5.2'],
    'lets an MCP server exchange what it received by the package that verifies it, one exchange for many calls, with errors that tell who can act',
  ),
} as const;
