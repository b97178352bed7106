import { type StopResult, stopResultSchema } from '../stop-result.ts';
import type { Connection } from './connection.ts';
import { sendRequest } from './send-request.ts';

/**
 * Stops a run and keeps its partial answer; idempotent.
 * @returns the proof: whether, and after how many milliseconds, the upstream connection was closed
 * @param signal gives up the request, which may have reached the server
 * @throws {SluiceError} `not_found` when there is no such run of the caller
 */
export async function stopRun(
  connection: Connection,
  runId: string,
  signal?: AbortSignal,
): Promise<StopResult> {
  const path = `/api/runs/${encodeURIComponent(runId)}/stop`;
  const response = await sendRequest(connection, path, { method: 'POST', ...(signal && { signal }) });
  return stopResultSchema.parse(await response.json());
}
