import type { SluiceError } from '../sluice-error.ts';
import type { Connection } from './connection.ts';
import { readErrorBody } from './read-error-body.ts';

/**
 * One authenticated request; an expired token is renewed once.
 * @returns a response whose status is 2xx
 * @throws {SluiceError} what the server refused it with; a network failure stays the platform's own error
 */
export async function sendRequest(
  connection: Connection,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const send = async (isExpired: boolean): Promise<Response | SluiceError> => {
    const token = connection.getToken ? await connection.getToken({ isExpired }) : connection.token;
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const response = await (connection.fetch ?? fetch)(connection.baseUrl + path, { ...init, headers });
    return response.ok ? response : readErrorBody(response);
  };
  let answer = await send(false);
  if (!(answer instanceof Response) && answer.code === 'token_expired' && connection.getToken) {
    answer = await send(true);
  }
  if (answer instanceof Response) return answer;
  throw answer;
}
