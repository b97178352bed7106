import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorBody, type ErrorCode, errorEntry } from '@sluice/shared';

/** By Node's code of what was wrong with the bytes. */
const refusals: Readonly<Record<string, { code: ErrorCode; detail: string }>> = {
  HPE_HEADER_OVERFLOW: { code: 'payload_too_large', detail: 'the headers are larger than 16 KiB' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'invalid_request', detail: 'the request did not come whole in time' },
};
const unreadable = { code: 'invalid_request', detail: 'this is no HTTP request' } as const;

/**
 * Answers bytes that Node cannot read as a request in the words of all other refusals, and closes the connection, on which nothing after
 * them can be told apart any more. Where an answer is still on its way nothing is put into it: it is cut.
 */
export function refuseUnreadable(server: Server): void {
  const answers = new WeakMap<Socket, Set<ServerResponse>>();
  const track = ({ socket }: IncomingMessage, res: ServerResponse) => {
    const own = answers.get(socket) ?? new Set();
    answers.set(socket, own.add(res));
    res.once('close', () => own.delete(res));
  };
  server.on('request', track).on('checkExpectation', track);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const hasBegun =
      answers
        .get(socket)
        ?.values()
        .some((res) => res.headersSent) ?? false;
    if (!socket.writable || hasBegun || error.code === 'ECONNRESET') socket.destroy();
    // Whoever sent it may keep its own side open: nothing is waited for.
    else socket.end(toResponse(refusals[error.code ?? ''] ?? unreadable), () => socket.destroy());
  });
}

function toResponse({ code, detail }: { code: ErrorCode; detail: string }): string {
  const { status, retryable, title } = errorEntry(code);
  const requestId = crypto.randomUUID();
  const type = `/docs/errors#${code}`;
  const problem: ErrorBody = { type, title, status, detail, code, retryable, requestId };
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Content-Security-Policy: default-src 'none'",
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
