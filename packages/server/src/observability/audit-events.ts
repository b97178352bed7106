/** Every security event, as docs/observability.md lists it. */
export const auditEvents = {
  'setup.done': 'The first administrator was made.',
  'setup.refused': 'A setup code that is unknown, used or too old.',
  'session.login': 'Somebody signed in.',
  'session.login_refused': 'A wrong password, an unknown email, or a user who is disabled.',
  'session.locked': 'An attempt at a password after too many wrong ones, which is not looked at.',
  'session.logout': 'Somebody signed out.',
  'session.ended': 'Somebody ended one session of theirs (`target`), or all.',
  'session.reused': 'A refresh token that had been replaced was used: the session (`target`) was ended.',
  'password.refused': 'Somebody who is signed in gave a wrong password to change it.',
  'password.changed': 'Somebody changed their own password.',
  'user.created': 'An administrator made a user.',
  'user.external': 'The first token of an identity provider made a user.',
  'user.changed': 'An administrator changed a user: `fields` names what.',
  'token.created': 'A token for an app: `scopes`, `expiresAt`.',
  'token.revoked': 'A token for an app was revoked.',
  'token.refused': 'A token that is forged, revoked or none: `code`.',
  'scope.refused': 'Somebody asked for more than they may.',
  'origin.refused': 'A page of another origin asked for what is for our own page.',
  'share.created': 'A conversation can be read by whoever has the link.',
  'share.deleted': 'A link was taken back.',
  'limit.changed': 'An administrator changed a limit: `subject`, `target`, `period`, `unit`, `amount`.',
} as const;

export type AuditEvent = keyof typeof auditEvents;
