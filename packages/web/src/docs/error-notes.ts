import type { ErrorCode } from '@sluice/shared';

/** What to do about each error, for who calls the API or runs the server. */
export const errorNotes: Record<ErrorCode, string> = {
  invalid_request: 'The detail names the field and what would be right. Mend the request.',
  unsupported_option:
    'The model, or this server, does not take the option that the detail names. Leave it out, or ask another model.',
  invalid_cursor: 'Follow with the id of the last event that you have seen, or with 0 for all.',
  context_length_exceeded: 'Send less, or ask a model with a larger context window.',
  token_missing: 'Send Authorization: Bearer and a token.',
  token_invalid:
    'The token, or the password, is not one of this server’s. Make another token under Settings.',
  token_expired: 'Make another token; a session is renewed with its cookie.',
  token_revoked: 'The token was taken back, the session ended, or its user was disabled.',
  origin_not_allowed:
    'A browser called from a page that this server does not know. Whoever runs it can add the page’s origin to CORS_ORIGINS.',
  scope_missing:
    'The token is valid and does not allow this. Make one with the scope that the detail names, or sign in.',
  not_found: 'There is no such thing, or it is somebody else’s.',
  model_not_found: 'GET /api/models lists the models that there are.',
  run_expired:
    'Events are kept for five minutes after the end. What was answered in a conversation is stored there.',
  payload_too_large: 'Chat routes take 20 MiB, others 1 MiB.',
  unsupported_media_type: 'Send Content-Type: application/json.',
  misdirected_request:
    'The server answers to the name in PUBLIC_URL alone. Whoever runs it can set that to what people type.',
  idempotency_mismatch: 'A key stands for one request. Take another key for another body.',
  budget_exceeded: 'The detail says which limit, and when it begins anew. An administrator can raise it.',
  rate_limited: 'Wait for as long as Retry-After says.',
  too_many_runs: 'Wait until one of your answers has ended, or stop one.',
  upstream_rate_limited: 'The model’s provider asks for patience. Wait, or name fallbackModels.',
  upstream_auth: 'Whoever runs the server: the provider’s key is wrong or was taken back.',
  upstream_quota: 'Whoever runs the server: the account at the provider is out of credit.',
  upstream_invalid: 'The provider took the request for wrong, for example an image it cannot read.',
  upstream_too_large: 'The provider sent a single event of more than 8 MiB.',
  output_too_large: 'An answer may have 16 MiB. What came is kept.',
  upstream_error: 'The provider failed. Try again, or another model.',
  upstream_unreachable:
    'The provider did not answer. Whoever runs the server: is its address right, and does the network let it through?',
  upstream_truncated: 'The provider’s answer broke off. What came is kept, and can be continued.',
  upstream_overloaded: 'The provider has too much to do. Wait, or try another model.',
  draining: 'The server is about to restart. Try again in a few seconds.',
  unavailable: 'The database, or something else that the server needs, is away for now. Try again.',
  interrupted: 'The server ended while it answered. What came is kept, and can be continued.',
  first_token_timeout: 'The model said nothing for FIRST_TOKEN_TIMEOUT_MS. Try again, or another model.',
  idle_timeout: 'The model fell silent for IDLE_TIMEOUT_MS. What came is kept.',
  run_timeout: 'The answer took longer than RUN_TIMEOUT_MS. What came is kept.',
  internal: 'A fault of ours. Quote the request id to whoever runs the server: it is in the log.',
};
